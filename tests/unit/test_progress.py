"""How far a long step is: what is moved on and how much there is, told to whoever listens."""

from __future__ import annotations

from leadwright import progress


def test_a_listener_hears_of_steps_and_of_how_many_there_are() -> None:
    heard: list[tuple[str, str, int]] = []
    progress.moved("transform", "before", 1)
    with progress.listening(lambda *said: heard.append(said)):
        assert progress.total("transform") is None
        progress.expect("transform", 3)
        progress.expect("transform", 2)
        progress.moved("transform", "dim_leads", 1)
        assert progress.total("transform") == 5
    progress.moved("transform", "after", 1)
    assert heard == [("transform", "dim_leads", 1)]
    with progress.listening(lambda *_: None):
        assert progress.total("transform") is None
