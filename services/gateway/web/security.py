"""What browsers are told about our pages: where everything on them may come from, and that nobody frames them."""

from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.middleware.csrf import CSRFMiddleware

from services.settings import Settings

# The one foreign server: pictures of IGN's map, where they can be reached.
TILES = "https://data.geopf.fr"
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": f"'self' data: {TILES}",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PAGE_HEADERS = {
    "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "cache-control": "no-store",
    # Our own pages are told where a form was sent from; nobody else is told anything.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}
CSRF_COOKIE = "csrf"
# Pages are words: a fifth of their size on the way. Small answers gain nothing.
_COMPRESSED_FROM = 1000
_LEVEL = 4


def page_middleware(settings: Settings) -> list[DefineMiddleware]:
    """What stands around every page: forms only from our own pages, and compressed answers."""
    csrf = CSRFConfig(
        secret=settings.secret,
        cookie_name=CSRF_COOKIE,
        cookie_secure=settings.public_url.startswith("https:"),
        cookie_httponly=True,
        cookie_samesite="lax",
    )
    compression = CompressionConfig(
        backend="gzip", minimum_size=_COMPRESSED_FROM, gzip_compress_level=_LEVEL, exclude=["^/live", "^/static"]
    )
    return [
        DefineMiddleware(CSRFMiddleware, config=csrf),
        DefineMiddleware(CompressionMiddleware, config=compression),
    ]
