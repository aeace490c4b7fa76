"""What a vocabulary has no tokens for does not get to llama.cpp, which would end at it."""

from cyborg_tui.engine.sayable import Sayable


def test_a_vocabulary_with_all_bytes_can_say_everything():
    sayable = Sayable([bytes([byte]) for byte in range(256)])
    assert sayable.of("naïve\n\ud800".encode("utf-8", "surrogatepass")) == "naïve\n\ud800".encode(
        "utf-8", "surrogatepass"
    )
    assert sayable.sentinel == b"\n"


def test_characters_without_tokens_are_left_out():
    sayable = Sayable([b"a", b" ", "ï".encode(), b"bc"])
    assert sayable.of("naïve a\nbc".encode()) == "aï a".encode()
    assert sayable.sentinel == b"a"


def test_where_nothing_can_stand_before_a_text_nothing_does():
    assert Sayable([b"xyz"]).sentinel == b""
