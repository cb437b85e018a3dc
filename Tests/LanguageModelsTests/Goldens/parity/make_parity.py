"""Writes tiny random GPT-2, LLaMA and BERT checkpoints with `transformers`, and their logits.

    pip install "torch==2.13.0" "transformers==5.23.0" "safetensors==0.8.0"
    python make_parity.py

A folder a model: `config.json` and `model.safetensors` as `save_pretrained` writes them, and
`expected.safetensors` with the tokens and the logits in both precisions, computed by eager
attention. Weights are drawn anew with deviations of 0.2 to 0.5, since the usual 0.02 gives logits
that almost any implementation would match. The test suite reads the results and needs no Python.
"""

import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM)

HERE = pathlib.Path(__file__).resolve().parent
BATCH, LENGTH = 2, 12


def redraw(model, seed):
    """Replaces every weight by a normal number; gains lie around one and no bias is zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            numbers = torch.randn(weight.shape, generator=generator)
            if weight.dim() == 2:
                embeds = any(part in name for part in ("emb", ".wte.", ".wpe."))
                weight.copy_(numbers * (0.5 if embeds else 0.3))
            elif "norm" in name.lower() or ".ln_" in name:
                offset = 0.0 if name.endswith("bias") else 1.0
                weight.copy_(offset + 0.2 * numbers)
            else:
                weight.copy_(0.3 * numbers)
    return model.eval()


def write(name, model, tokens, **inputs):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    with torch.no_grad():
        single = model(tokens, **inputs).logits
        double = model.double()(tokens, **inputs).logits
    gap = (single - double).abs().max().item()
    save_file(
        dict(tokens=tokens, logits=single.contiguous(), logits64=double.contiguous(),
             **{key: value.contiguous() for key, value in inputs.items()}),
        folder / "expected.safetensors", metadata=dict(script="make_parity.py"))
    size = (folder / "model.safetensors").stat().st_size
    print(f"{name}: {size} bytes, logits of deviation {single.std():.3f} and maximum "
          f"{single.abs().max():.3f}, float32 against float64 {gap:.2e}")
    assert gap < 1e-4 and size < 200_000


def tokens_below(vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, vocabulary, (BATCH, LENGTH), generator=generator)


def main():
    torch.set_num_threads(1)
    gpt2 = GPT2LMHeadModel(GPT2Config(
        vocab_size=80, n_positions=32, n_embd=32, n_layer=2, n_head=4, bos_token_id=0,
        eos_token_id=0, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, attn_implementation="eager"))
    write("gpt2", redraw(gpt2, 1), tokens_below(80, 11))

    # An epsilon, a base and a width that are not the defaults, so that a reader that ignores the
    # configuration is found out.
    llama = LlamaForCausalLM(LlamaConfig(
        vocab_size=96, max_position_embeddings=32, hidden_size=32, intermediate_size=88,
        num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-3,
        rope_parameters=dict(rope_type="default", rope_theta=500.0), bos_token_id=1, eos_token_id=2,
        attn_implementation="eager"))
    write("llama", redraw(llama, 2), tokens_below(96, 12))

    bert = BertForMaskedLM(BertConfig(
        vocab_size=72, max_position_embeddings=32, hidden_size=32, intermediate_size=128,
        num_hidden_layers=2, num_attention_heads=4, type_vocab_size=2, hidden_dropout_prob=0,
        attention_probs_dropout_prob=0, pad_token_id=0, attn_implementation="eager"))
    # The second row ends in four tokens of padding, and its second half is of the second kind.
    tokens = tokens_below(71, 13) + 1
    mask = torch.ones_like(tokens)
    tokens[1, -4:], mask[1, -4:] = 0, 0
    kinds = torch.zeros_like(tokens)
    kinds[1, 6:] = 1
    write("bert", redraw(bert, 3), tokens, attention_mask=mask, token_type_ids=kinds)


if __name__ == "__main__":
    main()
