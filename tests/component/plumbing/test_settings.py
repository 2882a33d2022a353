"""Settings come from the environment; a missing or wrong one is named as the variable that it is."""

import pytest

from services.settings import Settings, read_settings

NEEDED = {"PASSERELLE_DATABASE_DSN": "postgresql://x:secret@/y", "PASSERELLE_NATS_URL": "nats://x:secret@z"}


def test_settings_are_read_and_have_defaults() -> None:
    """Numbers are written as text; what is not ours is left alone."""
    read = read_settings({**NEEDED, "PASSERELLE_HTTP_PORT": "0", "PASSERELLE_DATA_DIR": "/data", "PATH": "/bin"})

    assert read == Settings(database_dsn="postgresql://x:secret@/y", nats_url="nats://x:secret@z", http_port=0)


def test_missing_variables_are_all_named() -> None:
    """One sentence names what to set; an empty one is missing, too."""
    with pytest.raises(SystemExit, match="set PASSERELLE_DATABASE_DSN and PASSERELLE_NATS_URL"):
        read_settings({"PASSERELLE_NATS_URL": ""})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PASSERELLE_HTTP_PORT", "http"),
        ("PASSERELLE_HTTP_PORT", "70000"),
        ("PASSERELLE_CONCURRENCY", "0"),
        ("PASSERELLE_DATABASE_CONNECTIONS", "-1"),
        ("PASSERELLE_LOG_LEVEL", "chatty"),
        ("PASSERELLE_SMTP_URL", "ftp://secret@example.org"),
        ("PASSERELLE_SMTP_URL", "smtp://a secret"),
        ("PASSERELLE_PUBLIC_URL", "https://secret.example.org/"),
    ],
)
def test_wrong_value_names_its_variable_and_tells_no_secret(variable: str, value: str) -> None:
    """Whoever set it knows which one to mend."""
    with pytest.raises(SystemExit, match=f"{variable}: ") as refused:
        read_settings({**NEEDED, variable: value})

    assert "secret" not in str(refused.value)
