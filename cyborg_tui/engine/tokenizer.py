"""A model's vocabulary: text to tokens and back. Beside `llama`, a module that knows llama.cpp."""

import ctypes
import hashlib
from typing import Any

import llama_cpp as ll

from cyborg_tui.engine.sayable import Sayable

__all__ = ["Tokenizer"]

_SPM = 1


class Tokenizer:
    """What can be asked of a vocabulary that llama.cpp has loaded."""

    def _take_vocabulary(self, vocab: Any) -> None:
        self._vocab = vocab
        self.n_vocab: int = ll.llama_vocab_n_tokens(vocab)
        self._spm = ll.llama_vocab_type(vocab) == _SPM
        self.bos: int = ll.llama_vocab_bos(vocab)
        self.eos: int = ll.llama_vocab_eos(vocab)
        self.adds_bos = bool(ll.llama_vocab_get_add_bos(vocab))
        self.pieces = [self._piece(token) for token in range(self.n_vocab)]
        """The bytes that each token stands for."""
        self._sayable = Sayable(self.pieces)

    @property
    def digest(self) -> str:
        """What token ids are valid for: 16 hexadecimal digits."""
        digest = hashlib.sha256()
        for piece in self.pieces:
            digest.update(len(piece).to_bytes(4, "big") + piece)
        return digest.hexdigest()[:16]

    @property
    def vocab(self) -> Any:
        """llama.cpp's own, for its samplers."""
        return self._vocab

    def _piece(self, token: int) -> bytes:
        space = ctypes.create_string_buffer(64)
        size = ll.llama_token_to_piece(self._vocab, token, space, 64, 0, False)
        if size < 0:
            space = ctypes.create_string_buffer(-size)
            size = ll.llama_token_to_piece(self._vocab, token, space, -size, 0, False)
        return space.raw[:size]

    def tokenize(self, text: bytes, *, at_start: bool, special: bool = False) -> list[int]:
        """The tokens of a text. In the middle of one, SentencePiece must not put its space before it. `special`:
        whether names of special tokens in it stand for these."""
        if not text:
            return []
        if not self._spm:
            return self._tokens(text, special)
        text = self._sayable.of(text)
        before = b"" if at_start else self._sayable.sentinel
        sentinel, tokens = self._tokens(before, special), self._tokens(before + text, special)
        return tokens[len(sentinel) :] if tokens[: len(sentinel)] == sentinel else self._tokens(text, special)

    def _tokens(self, text: bytes, special: bool) -> list[int]:
        size = len(text) + 8
        space = (ll.llama_token * size)()
        count = ll.llama_tokenize(self._vocab, text, len(text), space, size, False, special)
        if count < 0:
            space = (ll.llama_token * -count)()
            count = ll.llama_tokenize(self._vocab, text, len(text), space, -count, False, special)
        return [token for token in space[:count] if token >= 0]  # a broken vocabulary has none for some bytes

    def spelling(self, token: int) -> str:
        """A token's name in the vocabulary, special ones included; empty for none."""
        name = ll.llama_vocab_get_text(self._vocab, token) if 0 <= token < self.n_vocab else b""
        return (name or b"").decode("utf-8", "replace")

    @property
    def fill_marks(self) -> tuple[int, int, int] | None:
        """The tokens before a prefix, before a suffix and before the middle; None if the vocabulary has none."""
        own = (ll.llama_vocab_fim_pre, ll.llama_vocab_fim_suf, ll.llama_vocab_fim_mid)
        begin, after, middle = (int(mark(self._vocab)) for mark in own)
        return (begin, after, middle) if min(begin, after, middle) >= 0 else None

    def ends_text(self, token: int) -> bool:
        return bool(ll.llama_vocab_is_eog(self._vocab, token))
