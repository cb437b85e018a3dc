"""PyTorch: training steps of a decoder, with fused AdamW and its own fused attention.

Eager by default; --compile measures torch.compile as well. --clip adds the clipping of the
gradient's norm, which a real run has.
"""

from engine_peer import (
    BATCH, LENGTH, VOCABULARY, arguments, best_rate, in_own_process, peak_megabytes, report)

options = arguments(
    __doc__, compile=dict(action="store_true"), clip=dict(action="store_true"),
    label=dict(default="train"))

if in_own_process(options):
    import torch
    import torch.nn.functional as F

    from torch_decoder import Decoder, set_threads

    set_threads(options.threads)
    torch.manual_seed(0)
    size = options.sizes[0]
    tokens = torch.randint(0, VOCABULARY, (8, BATCH, LENGTH + 1))
    for compiled in (False, True) if options.compile else (False,):
        model = Decoder(size)
        forward = torch.compile(model) if compiled else model
        # Decay on matrices only, and two groups, as a real run has.
        parameters = list(model.parameters())
        optimizer = torch.optim.AdamW(
            [dict(params=[p for p in parameters if p.dim() >= 2], weight_decay=0.1),
             dict(params=[p for p in parameters if p.dim() < 2], weight_decay=0.0)],
            lr=1e-3, betas=(0.9, 0.95), fused=True)
        turn = 0

        def step():
            global turn, loss
            batch = tokens[turn % len(tokens)]
            turn += 1
            logits = forward(batch[:, :-1])
            loss = F.cross_entropy(logits.view(-1, VOCABULARY), batch[:, 1:].reshape(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if options.clip:
                torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
            optimizer.step()

        step(), step()
        rate, steps = best_rate(step, BATCH * LENGTH, options.seconds)
        count = model.parameter_count()
        report(
            "torch.compile" if compiled else "torch", options.label, size, options.threads,
            tokens_per_s=rate, peak_mb=peak_megabytes(), parameters=count,
            gflop_per_s=6 * count * rate / 1e9, steps=steps, loss=loss.item())
