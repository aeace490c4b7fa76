"""What is in a vector's file, as it is told to whoever looks at it, whatever becomes of the engine meanwhile."""

import os
import signal


def looked_at(desk):
    """A session's desk for steering, which hears what the session hears."""
    session = desk.open()
    steering = session.steering_desk(lambda: None)
    session.listen(steering.hear)
    return steering


async def test_what_was_asked_before_there_was_a_model_is_asked_again_of_the_one_that_comes(desk):
    steering = looked_at(desk)
    steering.facts("sorrow")
    await desk.until(lambda: steering.facts("sorrow") is not None)
    assert "no model yet" in steering.facts("sorrow").sentence
    await desk.start()
    await desk.until(lambda: steering.facts("sorrow") is not None)
    assert "There is no file at" in steering.facts("sorrow").sentence


async def test_what_a_worker_that_was_lost_has_not_answered_is_asked_of_the_next(desk):
    steering = looked_at(desk)
    await desk.start()
    pid = desk.engine.pid
    os.kill(pid, signal.SIGSTOP)
    assert steering.facts("sorrow") is None
    os.kill(pid, signal.SIGKILL)
    await desk.until(lambda: desk.engine.pid != pid and desk.session.view.model is not None)
    await desk.until(lambda: steering.facts("sorrow") is not None)
