"""The decoder that the PyTorch peers train and generate with: GPT-2's shape without biases."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from engine_peer import LENGTH, SIZES, VOCABULARY


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.mlp_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def split(self, x):
        """Queries, keys and values, each [batch, heads, tokens, head width]."""
        batch, tokens, width = x.shape
        qkv = self.qkv(self.attention_norm(x))
        return qkv.view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)

    def finish(self, x, attended):
        x = x + self.output(attended.transpose(1, 2).reshape(x.shape))
        return x + self.down(F.gelu(self.up(self.mlp_norm(x)), approximate="tanh"))

    def forward(self, x):
        q, k, v = self.split(x)
        return self.finish(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))


class Decoder(nn.Module):
    def __init__(self, size, context=LENGTH):
        super().__init__()
        layers, width, heads = SIZES[size]
        self.token = nn.Embedding(VOCABULARY, width)
        self.position = nn.Embedding(context, width)
        nn.init.normal_(self.token.weight, std=0.02)
        nn.init.normal_(self.position.weight, std=0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.token.weight)

    def parameter_count(self):
        return sum(p.numel() for p in self.parameters())


def set_threads(count):
    torch.set_num_threads(count)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
