"""PyTorch: greedy generation with a cache of keys and values, in inference mode.

Two caches are tried, one allocated at full length and written in place and one that grows by
concatenation, each with one thread and with all; the fastest of the four is measured, and `best`
says which. The prompt is read in one pass; the rate counts generated tokens and includes reading
the prompt.
"""

from engine_peer import (
    VOCABULARY, arguments, best_rate, in_own_process, peak_megabytes, report)

options = arguments(
    __doc__, batches=dict(nargs="+", type=int, default=[1, 16]),
    prompt=dict(type=int, default=16), generate=dict(type=int, default=240),
    label=dict(default="decode"))

if in_own_process(options):
    import time

    import torch
    import torch.nn.functional as F

    from torch_decoder import Decoder, set_threads

    set_threads(options.threads)
    torch.manual_seed(0)
    size = options.sizes[0]
    total = options.prompt + options.generate
    model = Decoder(size, context=total).eval()

    def attend_preallocated(block, x, cache, start):
        q, k, v = block.split(x)
        end = start + x.shape[1]
        cache[0][:, :, start:end], cache[1][:, :, start:end] = k, v
        return F.scaled_dot_product_attention(
            q, cache[0][:, :, :end], cache[1][:, :, :end], is_causal=start == 0)

    def attend_concatenated(block, x, cache, start):
        q, k, v = block.split(x)
        if start:
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        cache[0], cache[1] = k, v
        return F.scaled_dot_product_attention(q, k, v, is_causal=start == 0)

    def empty_cache(block, batch):
        width = model.token.embedding_dim
        shape = (batch, block.heads, total, width // block.heads)
        return [torch.empty(shape), torch.empty(shape)]

    def forward(tokens, caches, start, attend):
        end = start + tokens.shape[1]
        x = model.token(tokens) + model.position.weight[start:end]
        for block, cache in zip(model.blocks, caches):
            x = block.finish(x, attend(block, x, cache, start))
        # Only the last position's logits are needed.
        return F.linear(model.norm(x[:, -1:]), model.token.weight)

    def generate(prompt, attend, count=options.generate):
        batch = prompt.shape[0]
        caches = [empty_cache(block, batch) if attend is attend_preallocated else [None, None]
                  for block in model.blocks]
        found = torch.empty(batch, count, dtype=torch.long)
        token = forward(prompt, caches, 0, attend).argmax(-1)
        found[:, :1] = token
        for index in range(1, count):
            token = forward(token, caches, options.prompt + index - 1, attend).argmax(-1)
            found[:, index : index + 1] = token
        return found

    with torch.inference_mode():
        for batch in options.batches:
            prompt = torch.randint(0, VOCABULARY, (batch, options.prompt))
            # The cache must not change what is generated.
            whole = torch.cat((prompt, generate(prompt, attend_preallocated)), 1)
            again = model(whole)[:, options.prompt - 1 : -1].argmax(-1)
            agreement = (again == whole[:, options.prompt :]).float().mean().item()
            assert agreement > 0.99, agreement
            best, fastest = None, float("inf")
            for threads in sorted({1, options.threads}):
                torch.set_num_threads(threads)
                for name, attend in (
                        ("preallocated", attend_preallocated),
                        ("concatenated", attend_concatenated)):
                    for _ in range(2):
                        begin = time.perf_counter()
                        generate(prompt, attend, options.generate // 4)
                        elapsed = time.perf_counter() - begin
                        if elapsed < fastest:
                            fastest, best = elapsed, (name, threads, attend)
            torch.set_num_threads(best[1])
            rate, _ = best_rate(
                lambda: generate(prompt, best[2]), batch * options.generate, options.seconds)
            report(
                "torch", f"{options.label}, batch {batch}", size, best[1], tokens_per_s=rate,
                peak_mb=peak_megabytes(),
                best=f"{best[0]} cache, {best[1]} thread" + "s" * (best[1] > 1))
