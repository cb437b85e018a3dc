"""Square matrix products in single precision: the rate of NumPy's and PyTorch's libraries.

Size n is an n × n product, and the rate is in GFLOP/s.
"""

from engine_peer import arguments, best_rate, peak_megabytes, report

options = arguments(
    __doc__, orders=dict(nargs="+", type=int, default=[256, 512, 1024, 2048]),
    tools=dict(nargs="+", default=["numpy", "torch"], choices=["numpy", "torch"]))

import numpy as np
import torch

torch.set_num_threads(options.threads)
random = np.random.default_rng(0)
for order in options.orders:
    a, b = (random.standard_normal((order, order), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)
    x, y, z = torch.from_numpy(a), torch.from_numpy(b), torch.empty(order, order)
    works = dict(numpy=lambda: np.matmul(a, b, out=out), torch=lambda: torch.mm(x, y, out=z))
    for work in works.values():
        work()
    assert np.allclose(out, z.numpy(), rtol=1e-3, atol=1e-3 * order**0.5)
    for tool in options.tools:
        work = works[tool]
        rate, _ = best_rate(work, 2 * order**3 / 1e9, options.seconds / 4)
        report(tool, "sgemm", str(order), options.threads, gflop_per_s=rate,
               peak_mb=peak_megabytes())
