#!/bin/sh
# Makes .venv from the hashed locks with nothing but Python >= 3.11 and its pip: pip fetches uv into .uv/, uv does the rest.
# Called by `make setup`, which stamps the result, so that a second run costs nothing.
set -eu
cd "$(dirname "$0")/.."
requirements=${1:-requirements/dev.txt}

fail() {
    printf 'passerelle: %s\n' "$1" >&2
    exit 1
}

# The first Python that is recent enough and has pip; PYTHON=... chooses another one.
python='' recent=''
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    recent=$candidate
    if "$candidate" -m pip --version >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
[ -n "$recent" ] || fail "Python 3.11 or later is needed and none was found; install it, or name it with PYTHON=/path/to/python make setup."
[ -n "$python" ] || fail "$recent has no pip; install it first (on Debian and Ubuntu: apt install python3-pip)."

# A mirror named in pip's own settings (file or PIP_*) serves uv too, unless uv has been told otherwise.
pip_setting() { "$python" -m pip config get "$1" 2>/dev/null || true; }
index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$(pip_setting global.index-url)}}}
extra=${UV_INDEX:-${UV_EXTRA_INDEX_URL:-${PIP_EXTRA_INDEX_URL:-$(pip_setting global.extra-index-url)}}}
links=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-$(pip_setting global.find-links)}}
certificates=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting global.cert)}}
unset UV_INDEX_URL UV_EXTRA_INDEX_URL
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
[ -z "$extra" ] || export UV_INDEX="$(printf '%s' "$extra" | tr '\n' ' ')"
[ -z "$links" ] || export UV_FIND_LINKS="$(printf '%s' "$links" | tr ' \n' ',,')"
[ -z "$certificates" ] || export SSL_CERT_FILE="$certificates"
# Safe with several indexes because every file is checked against the lock's hashes.
export UV_INDEX_STRATEGY=unsafe-best-match
export UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=1 UV_NO_PROGRESS=1 UV_LINK_MODE="${UV_LINK_MODE:-copy}"
unset VIRTUAL_ENV PYTHONPATH

# --target works where the machine's Python is managed by its distribution (PEP 668) and needs no venv or ensurepip.
if ! cmp -s requirements/uv.txt .uv/requirements.txt; then
    echo "Fetching the installer ..."
    rm -rf .uv
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$python" -m pip install --quiet --target .uv --require-hashes -r requirements/uv.txt ||
        fail "the installer could not be fetched; is the package index reachable (see pip's message above)?"
    cp requirements/uv.txt .uv/requirements.txt
fi

# A .venv whose Python has gone (an upgraded machine, a moved checkout) is made anew.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    .uv/bin/uv venv --quiet --clear --relocatable --python "$("$python" -c 'import sys; print(sys.executable)')" .venv
fi
echo "Installing the packages ($requirements) ..."
.uv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python "$requirements" ||
    fail "the packages could not be installed (see the message above)."
