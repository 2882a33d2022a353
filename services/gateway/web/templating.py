"""How pages are written: one Jinja environment, every text escaped, every area's templates in its own folder."""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from services.gateway.web import formats, labels, language
from services.gateway.web.assets import static
from services.gateway.web.language import ROOT

FILTERS: dict[str, Callable[..., Any]] = {
    "day": formats.day,
    "short_day": formats.short_day,
    "month": formats.month,
    "weekday": formats.weekday,
    "clock": formats.clock,
    "moment": formats.moment,
    "span": formats.span,
    "deadline": formats.deadline,
    "ago": formats.ago,
    "euros": formats.euros,
    "minutes": formats.minutes,
    "number": formats.number,
    "percent": formats.percent,
    "fine_percent": formats.fine_percent,
    "seconds": formats.seconds,
    "said": language.say,
    "label": labels.label,
    "look": labels.look,
    "job": labels.job,
    "activity": labels.activity,
    "iso": lambda when: when.isoformat(),
}


@cache
def environment() -> Environment:
    """The one environment of all pages."""
    areas = {folder.parent.name: FileSystemLoader(folder) for folder in sorted(ROOT.glob("*/templates"))}
    made = Environment(
        loader=PrefixLoader(areas),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(language.gettext, language.number_words, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(FILTERS)
    made.globals.update(static=static, options=labels.options, language=language.language, with_query=with_query)
    return made


def template_config() -> "TemplateConfig[JinjaTemplateEngine]":
    """The environment as the framework takes it."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))


def with_query(path: str, query: dict[str, Any], **changed: object) -> str:
    """An address with its query, some parameters changed; None takes one out."""
    left = {name: value for name, value in (query | changed).items() if value is not None and value != ""}
    return f"{path}?{urlencode(left, doseq=True)}" if left else path
