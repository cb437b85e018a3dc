"""Steps of PyTorch's and optax's optimisers on fixed gradients, in double precision.

    python make_optimizers.py

Writes optimizers.json. A parameter of ROWS x COLUMNS starts as start(i) and gets the gradient
gradient(t, i) at step t, both from integers that a reader in any language can repeat:

    start(i) = ((37 i + 11) mod 101) / 101 - 0.5
    gradient(t, i) = ((53 i + 29 t + 7 (i mod 5) t) mod 97) / 97 - 0.5

`cases` holds the parameter after each of STEPS steps. torch.optim.Muon iterates in bfloat16, which
tells little about a double-precision implementation, so its own function is run with a copy in the
place of that one cast. `singularValues` are those, by NumPy, of what the function makes of

    matrix(i) = ((31 i i + 17 i) mod 1009) / 1009 - 0.5
"""

import inspect
import json
import pathlib
import re

import jax
import numpy
import optax
import torch
from torch.optim import _muon

jax.config.update("jax_enable_x64", True)
HERE = pathlib.Path(__file__).resolve().parent
ROWS, COLUMNS, STEPS = 6, 10, 5


def start(rows=ROWS, columns=COLUMNS):
    return torch.tensor(
        [((37 * i + 11) % 101) / 101 - 0.5 for i in range(rows * columns)],
        dtype=torch.float64).view(rows, columns)


def gradient(step, rows=ROWS, columns=COLUMNS):
    return torch.tensor(
        [((53 * i + 29 * step + 7 * (i % 5) * step) % 97) / 97 - 0.5
         for i in range(rows * columns)],
        dtype=torch.float64).view(rows, columns)


def run_torch(make):
    parameter = torch.nn.Parameter(start())
    optimizer = make([parameter])
    result = []
    for step in range(1, STEPS + 1):
        parameter.grad = gradient(step)
        optimizer.step()
        result.append(parameter.detach().flatten().tolist())
    return result


def run_lion():
    lion = optax.lion(3e-3, b1=0.9, b2=0.99, weight_decay=0.5)
    parameter = jax.numpy.array(start().numpy())
    state = lion.init(parameter)
    result = []
    for step in range(1, STEPS + 1):
        updates, state = lion.update(jax.numpy.array(gradient(step).numpy()), state, parameter)
        parameter = optax.apply_updates(parameter, updates)
        result.append(numpy.asarray(parameter).flatten().tolist())
    return result


def exact_muon():
    source = inspect.getsource(_muon._zeropower_via_newtonschulz)
    source, count = re.subn(r"\.bfloat16\(\)", ".clone()", source)
    assert count == 1
    exec(compile(source, "muon", "exec"), _muon.__dict__)


def transposed(make):
    """Ours are [in, out]; PyTorch's are [out, in], which decides the factor by shape."""
    parameter = torch.nn.Parameter(start().t().contiguous())
    optimizer = make([parameter])
    result = []
    for step in range(1, STEPS + 1):
        parameter.grad = gradient(step).t().contiguous()
        optimizer.step()
        result.append(parameter.detach().t().flatten().tolist())
    return result


def singular_values(rows, columns):
    matrix = torch.tensor(
        [((31 * i * i + 17 * i) % 1009) / 1009 - 0.5 for i in range(rows * columns)],
        dtype=torch.float64).view(rows, columns)
    update = _muon._zeropower_via_newtonschulz(
        matrix, (_muon.DEFAULT_A, _muon.DEFAULT_B, _muon.DEFAULT_C), 5, 1e-7)
    return numpy.linalg.svd(update.numpy(), compute_uv=False).tolist()


def main():
    adamw = dict(lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    cases = {
        "adamW": run_torch(lambda p: torch.optim.AdamW(p, **adamw)),
        "adamWLargeEpsilon": run_torch(lambda p: torch.optim.AdamW(p, **{**adamw, "eps": 0.1})),
        "sgd": run_torch(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)),
        "sgdNesterov": run_torch(lambda p: torch.optim.SGD(
            p, lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True)),
        "sgdPlain": run_torch(lambda p: torch.optim.SGD(p, lr=0.1)),
        "lion": run_lion(),
    }
    exact_muon()
    muon = dict(lr=0.02, weight_decay=0.1, momentum=0.95, nesterov=True)
    cases["muon"] = transposed(lambda p: torch.optim.Muon(p, **muon))
    cases["muonMatchAdamW"] = transposed(
        lambda p: torch.optim.Muon(p, **muon, adjust_lr_fn="match_rms_adamw"))
    cases["muonPlainMomentum"] = transposed(
        lambda p: torch.optim.Muon(p, **{**muon, "nesterov": False}))
    result = dict(
        rows=ROWS, columns=COLUMNS, steps=STEPS, cases=cases,
        singularValues={f"{r}x{c}": singular_values(r, c) for r, c in [(6, 10), (32, 20)]})
    (HERE / "optimizers.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
