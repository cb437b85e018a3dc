"""Loads checkpoints that we wrote with `transformers` and compares their logits with the fixtures.

    python check_written.py FOLDER        # FOLDER holds gpt2/, llama/ and bert/, copies by us

Not part of the test suite, which needs no Python; run after a change to what is written. Fails if
a tensor is missing, unexpected or of another shape, or if a logit differs by more than 1e-5.
"""

import pathlib
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

HERE = pathlib.Path(__file__).resolve().parent


def main():
    for name in ("gpt2", "llama", "bert"):
        kind = AutoModelForMaskedLM if name == "bert" else AutoModelForCausalLM
        model, notes = kind.from_pretrained(
            pathlib.Path(sys.argv[1]) / name, output_loading_info=True, attn_implementation="eager")
        wrong = {key: value for key, value in notes.items() if value}
        assert not wrong, f"{name}: {wrong}"
        expected = load_file(HERE / name / "expected.safetensors")
        inputs = {key: value for key, value in expected.items()
                  if key in ("attention_mask", "token_type_ids")}
        with torch.no_grad():
            logits = model.eval()(expected["tokens"], **inputs).logits
        gap = (logits - expected["logits"]).abs().max().item()
        print(f"{name}: {model.dtype}, largest difference of a logit {gap:.2e}")
        assert gap <= 1e-5


if __name__ == "__main__":
    main()
