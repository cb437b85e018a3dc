"""JAX: jitted training steps of a decoder with optax's AdamW, buffers donated."""

from engine_peer import (
    BATCH, LENGTH, SIZES, VOCABULARY, arguments, best_rate, in_own_process, peak_megabytes, report)

options = arguments(__doc__, label=dict(default="train"))

if in_own_process(options):
    import os

    # XLA takes its number of threads from the processors it may run on.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp
    import optax

    size = options.sizes[0]
    layers, width, heads = SIZES[size]
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 4 * layers + 3))

    def normal(*shape):
        return 0.02 * jax.random.normal(next(keys), shape)

    def norm_parameters():
        return dict(gain=jnp.ones(width), bias=jnp.zeros(width))

    parameters = dict(
        token=normal(VOCABULARY, width), position=normal(LENGTH, width), norm=norm_parameters(),
        blocks=[
            dict(attention_norm=norm_parameters(), qkv=normal(width, 3 * width),
                 output=normal(width, width), mlp_norm=norm_parameters(),
                 up=normal(width, 4 * width), down=normal(4 * width, width))
            for _ in range(layers)])

    def normalize(x, p):
        mean = x.mean(-1, keepdims=True)
        variance = jnp.square(x - mean).mean(-1, keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["gain"] + p["bias"]

    def forward(p, tokens):
        x = p["token"][tokens] + p["position"]
        for block in p["blocks"]:
            qkv = normalize(x, block["attention_norm"]) @ block["qkv"]
            q, k, v = qkv.reshape(BATCH, LENGTH, 3, heads, width // heads).transpose(2, 0, 1, 3, 4)
            attended = jax.nn.dot_product_attention(q, k, v, is_causal=True)
            x = x + attended.reshape(BATCH, LENGTH, width) @ block["output"]
            x = x + jax.nn.gelu(normalize(x, block["mlp_norm"]) @ block["up"]) @ block["down"]
        return normalize(x, p["norm"]) @ p["token"].T

    def objective(p, rows):
        logits = forward(p, rows[:, :-1])
        return optax.softmax_cross_entropy_with_integer_labels(logits, rows[:, 1:]).mean()

    decays = jax.tree_util.tree_map(lambda p: p.ndim >= 2, parameters)
    optimizer = optax.adamw(1e-3, b1=0.9, b2=0.95, weight_decay=0.1, mask=decays)

    def update(p, state, rows):
        loss, gradient = jax.value_and_grad(objective)(p, rows)
        updates, state = optimizer.update(gradient, state, p)
        return optax.apply_updates(p, updates), state, loss

    update = jax.jit(update, donate_argnums=(0, 1))
    rows = list(jax.random.randint(next(keys), (8, BATCH, LENGTH + 1), 0, VOCABULARY))
    state, turn = optimizer.init(parameters), 0

    def step():
        global parameters, state, loss, turn
        parameters, state, loss = update(parameters, state, rows[turn % len(rows)])
        loss.block_until_ready()
        turn += 1

    step(), step()
    rate, steps = best_rate(step, BATCH * LENGTH, options.seconds)
    count = sum(p.size for p in jax.tree_util.tree_leaves(parameters))
    report(
        "jax", options.label, size, options.threads, tokens_per_s=rate, peak_mb=peak_megabytes(),
        parameters=count, gflop_per_s=6 * count * rate / 1e9, steps=steps, loss=float(loss))
