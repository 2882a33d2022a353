"""`python -m deploy` is the `passerelle` command."""

from deploy.cli import passerelle

if __name__ == "__main__":
    passerelle(prog_name="passerelle")
