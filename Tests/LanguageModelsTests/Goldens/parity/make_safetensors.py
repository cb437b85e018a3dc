"""Writes package.safetensors with the PyPI package `safetensors`: one small tensor of each type.

    pip install "numpy" "torch==2.13.0" "safetensors==0.8.0" && python make_safetensors.py

`check FILE` reads a file of ours with the same package and prints what it finds, as JSON.
"""

import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent


def write():
    numbers = torch.tensor([0.0, -1.5, 3.140625, 65504.0, 1e-3, -2.0 ** -24])
    save_file(
        dict(
            single=numbers.view(2, 3),
            double=torch.tensor([1 / 3, -1e300, 5e-324], dtype=torch.float64),
            half=torch.cat([numbers, torch.tensor([float("inf")])]).to(torch.float16),
            brain=numbers.to(torch.bfloat16).view(3, 2),
            long=torch.tensor([-(2 ** 62), 0, 2 ** 53 + 1]),
            integer=torch.tensor([-7, 2 ** 31 - 1], dtype=torch.int32),
            short=torch.tensor([-(2 ** 15), 12], dtype=torch.int16),
            signed=torch.tensor([-128, 127], dtype=torch.int8),
            byte=torch.tensor([0, 255, 7], dtype=torch.uint8),
            flag=torch.tensor([True, False, True]),
            scalar=torch.tensor(2.5),
            nothing=torch.zeros(0, 4)),
        HERE / "package.safetensors",
        metadata={"format": "pt", "note": "quotes \" and \\ and é"})


def check(path):
    with safe_open(path, "pt") as file:
        print(json.dumps(dict(
            metadata=file.metadata(),
            tensors={
                name: dict(
                    type=str(t.dtype), shape=list(t.shape), values=t.double().flatten().tolist())
                for name in file.keys() for t in [file.get_tensor(name)]})))


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["check"] else write()
