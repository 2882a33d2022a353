"""How the main job says what went wrong, and where."""

import asyncio

import httpx
import pytest

from contracts.errors import Unavailable
from deploy.demo.acting import Refused, StepFailed, answer_of, step


def refusal(**problem: object) -> httpx.Response:
    return httpx.Response(422, json={"detail": "Some fields need to be corrected.", **problem})


def test_an_answer_is_its_json():
    """Whatever the kind of success."""
    assert answer_of(httpx.Response(201, json={"id": 1})) == {"id": 1}


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (refusal(), "Some fields need to be corrected."),
        (refusal(fields=[{"field": "title", "message": "Give one."}]), "title: Give one."),
        (httpx.Response(502, text="<html>"), "HTTP 502"),
    ],
)
def test_a_refusal_keeps_the_api_s_words(response: httpx.Response, reason: str):
    """The fields where there are any, or else the sentence; the status for what is no problem document."""
    with pytest.raises(Refused, match=reason):
        answer_of(response)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TimeoutError(), "it did not happen within 20 s."),
        (Refused("The slot is full."), "The slot is full."),
        (httpx.ConnectError(""), "ConnectError."),
        (Unavailable(part="NATS"), "NATS"),
    ],
)
def test_what_goes_wrong_names_its_step(error: Exception, sentence: str):
    """One sentence, whatever it was."""
    with pytest.raises(StepFailed) as failed, step("the school accepts"):
        raise error

    assert str(failed.value).startswith("The main job stopped at «the school accepts»: ")
    assert sentence in str(failed.value)


def test_an_interruption_is_not_a_failed_step():
    """Ctrl-C goes its own way."""
    with pytest.raises(asyncio.CancelledError), step("the school accepts"):
        raise asyncio.CancelledError
