"""Tiny models of every kind, with random weights: they write nonsense, in the way of their kind."""

import struct

import gguf
import numpy as np

from tests.engine.gguf_parts import embedded

WIDTH, FEED_FORWARD, HEADS, KV_HEADS, HEAD = 64, 96, 4, 2, 16
STATE, CONVOLUTION, INNER, RANK = 8, 4, 128, 4
EXPERTS, USED = 4, 2
_CONTROLS = 3
"""The first tokens of vocabularies like SentencePiece's; they are not likely."""
KINDS = ("plain", "sliding", "mamba", "hybrid", "experts", "jamba")


class _Writer:
    def __init__(self, path, architecture, layers, context, seed):
        self.gguf = gguf.GGUFWriter(path, architecture)
        self.random = np.random.default_rng(seed)
        self.gguf.add_name(f"odd {architecture}")
        self.gguf.add_context_length(context)
        self.gguf.add_embedding_length(WIDTH)
        self.gguf.add_block_count(layers)
        self.gguf.add_feed_forward_length(FEED_FORWARD)
        self.gguf.add_layer_norm_rms_eps(1e-5)

    def ones(self, name, *size):
        self.gguf.add_tensor(name, np.ones(size, np.float32))

    def matrix(self, name, *shape, scale=0.1, kind=np.float16):
        self.gguf.add_tensor(name, (self.random.standard_normal(shape) * scale).astype(kind))

    def attention(self, block, *, norms=False):
        self.matrix(f"{block}.attn_q.weight", HEADS * HEAD, WIDTH)
        self.matrix(f"{block}.attn_k.weight", KV_HEADS * HEAD, WIDTH)
        self.matrix(f"{block}.attn_v.weight", KV_HEADS * HEAD, WIDTH)
        self.matrix(f"{block}.attn_output.weight", WIDTH, HEADS * HEAD)
        if norms:
            self.ones(f"{block}.attn_q_norm.weight", HEAD)
            self.ones(f"{block}.attn_k_norm.weight", HEAD)

    def feed_forward(self, block):
        self.ones(f"{block}.ffn_norm.weight", WIDTH)
        self.matrix(f"{block}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        self.matrix(f"{block}.ffn_up.weight", FEED_FORWARD, WIDTH)
        self.matrix(f"{block}.ffn_down.weight", WIDTH, FEED_FORWARD)

    def experts(self, block):
        self.ones(f"{block}.ffn_norm.weight", WIDTH)
        self.matrix(f"{block}.ffn_gate_inp.weight", EXPERTS, WIDTH, kind=np.float32)
        self.matrix(f"{block}.ffn_gate_exps.weight", EXPERTS, FEED_FORWARD, WIDTH)
        self.matrix(f"{block}.ffn_up_exps.weight", EXPERTS, FEED_FORWARD, WIDTH)
        self.matrix(f"{block}.ffn_down_exps.weight", EXPERTS, WIDTH, FEED_FORWARD)

    def state_space(self, block, *, norms=False):
        self.matrix(f"{block}.ssm_in.weight", 2 * INNER, WIDTH)
        self.matrix(f"{block}.ssm_conv1d.weight", INNER, CONVOLUTION, kind=np.float32)
        self.matrix(f"{block}.ssm_conv1d.bias", INNER, kind=np.float32)
        self.matrix(f"{block}.ssm_x.weight", RANK + 2 * STATE, INNER)
        self.matrix(f"{block}.ssm_dt.weight", INNER, RANK, kind=np.float32)
        self.matrix(f"{block}.ssm_dt.bias", INNER, kind=np.float32)
        self.gguf.add_tensor(f"{block}.ssm_a", -np.ones((INNER, STATE), np.float32))
        self.ones(f"{block}.ssm_d", INNER)
        self.matrix(f"{block}.ssm_out.weight", WIDTH, INNER)
        if norms:
            self.ones(f"{block}.ssm_dt_norm.weight", RANK)
            self.ones(f"{block}.ssm_b_norm.weight", STATE)
            self.ones(f"{block}.ssm_c_norm.weight", STATE)

    def heads(self, kv_heads=KV_HEADS):
        self.gguf.add_head_count(HEADS)
        self.gguf.add_head_count_kv(kv_heads)
        self.gguf.add_key_length(HEAD)
        self.gguf.add_value_length(HEAD)

    def states(self):
        self.gguf.add_ssm_conv_kernel(CONVOLUTION)
        self.gguf.add_ssm_inner_size(INNER)
        self.gguf.add_ssm_state_size(STATE)
        self.gguf.add_ssm_time_step_rank(RANK)


def odd_model(path, kind, *, layers=6, context=512, seed=1, vocabulary="embedded", name="", broken=None):
    """Write a model of that kind. Its vocabulary is the embedded model's, or one like SentencePiece's. `broken`: a
    token from which it computes no numbers."""
    architecture = {"plain": "llama", "sliding": "gemma3", "hybrid": "lfm2", "experts": "qwen3moe"}.get(kind, kind)
    writer = _Writer(path, architecture, layers, context, seed)
    if name:
        writer.gguf.kv_data[0]["general.name"].value = name
    _VOCABULARIES[vocabulary](writer.gguf)
    size = len(writer.gguf.kv_data[0]["tokenizer.ggml.tokens"].value)
    rows = (writer.random.standard_normal((size, WIDTH)) * 0.12).astype(np.float16)
    rows[: 0 if vocabulary == "embedded" else _CONTROLS] = 0
    if broken is not None:
        writer.gguf.add_tensor("output.weight", rows.copy())
        rows[broken] = np.nan
    writer.gguf.add_tensor("token_embd.weight", rows)
    writer.ones("token_embd_norm.weight" if kind == "hybrid" else "output_norm.weight", WIDTH)
    _HEADERS[kind](writer, layers)
    for layer in range(layers):
        _LAYERS[kind](writer, f"blk.{layer}", layer)
    writer.gguf.write_header_to_file()
    writer.gguf.write_kv_data_to_file()
    writer.gguf.write_tensors_to_file()
    writer.gguf.close()
    return path


def _sliding_header(writer, _layers):
    writer.heads()
    writer.gguf.add_sliding_window(64)
    writer.gguf.add_rope_freq_base(1e4)


def _experts_header(writer, _layers):
    writer.heads()
    writer.gguf.add_expert_count(EXPERTS)
    writer.gguf.add_expert_used_count(USED)
    writer.gguf.add_expert_feed_forward_length(FEED_FORWARD)


def _hybrid_header(writer, layers):
    writer.heads([KV_HEADS if layer % 2 else 0 for layer in range(layers)])
    writer.gguf.add_shortconv_l_cache(3)
    writer.gguf.add_rope_freq_base(1e4)


def _jamba_header(writer, layers):
    writer.heads([KV_HEADS if layer % 2 else 0 for layer in range(layers)])
    writer.states()


def _plain_layer(writer, block, _layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    writer.attention(block)
    writer.feed_forward(block)


def _sliding_layer(writer, block, _layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    writer.ones(f"{block}.post_attention_norm.weight", WIDTH)
    writer.attention(block, norms=True)
    writer.feed_forward(block)
    writer.ones(f"{block}.post_ffw_norm.weight", WIDTH)


def _mamba_layer(writer, block, _layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    writer.state_space(block)


def _hybrid_layer(writer, block, layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    if layer % 2:
        writer.attention(block, norms=True)
    else:
        writer.matrix(f"{block}.shortconv.conv.weight", WIDTH, 3, kind=np.float32)
        writer.matrix(f"{block}.shortconv.in_proj.weight", 3 * WIDTH, WIDTH)
        writer.matrix(f"{block}.shortconv.out_proj.weight", WIDTH, WIDTH)
    writer.feed_forward(block)


def _jamba_layer(writer, block, layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    if layer % 2:
        writer.attention(block)
    else:
        writer.state_space(block, norms=True)
    writer.feed_forward(block)


def _experts_layer(writer, block, _layer):
    writer.ones(f"{block}.attn_norm.weight", WIDTH)
    writer.attention(block, norms=True)
    writer.experts(block)


_HEADERS = {
    "plain": lambda writer, _: writer.heads(),
    "sliding": _sliding_header,
    "mamba": lambda writer, _: writer.states(),
    "hybrid": _hybrid_header,
    "jamba": _jamba_header,
    "experts": _experts_header,
}
_LAYERS = {
    "plain": _plain_layer,
    "sliding": _sliding_layer,
    "mamba": _mamba_layer,
    "hybrid": _hybrid_layer,
    "jamba": _jamba_layer,
    "experts": _experts_layer,
}


def _embedded_vocabulary(writer):
    parts = embedded()
    tokens = parts.texts("tokenizer.ggml.tokens")
    types = struct.unpack_from(f"<{len(tokens)}i", parts.values[parts.find("tokenizer.ggml.token_type")].body, 12)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(list(types))
    writer.add_token_merges([merge.decode() for merge in parts.texts("tokenizer.ggml.merges")])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)


def _letters(writer):
    """Every token is one whole character of ASCII, so that no branch stops inside one."""
    kinds = gguf.TokenType
    tokens = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL), ("▁", kinds.NORMAL)]
    tokens += [(chr(code), kinds.NORMAL) for code in (10, *range(33, 127))]
    _add_pieces(writer, tokens)


def _sentence_piece(writer, *, bytes_too=True):
    kinds = gguf.TokenType
    tokens = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]
    if bytes_too:
        tokens += [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    letters = "etaoinshrdlucmfwypvbgkjqxz.,"
    tokens += [(text, kinds.NORMAL) for text in ("▁", *letters, *(f"▁{letter}" for letter in letters))]
    _add_pieces(writer, tokens)


def _add_pieces(writer, tokens):
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    writer.add_token_types([int(kind) for _, kind in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


_VOCABULARIES = {
    "embedded": _embedded_vocabulary,
    "letters": _letters,
    "sentencepiece": _sentence_piece,
    "no newline": lambda writer: _sentence_piece(writer, bytes_too=False),
}
