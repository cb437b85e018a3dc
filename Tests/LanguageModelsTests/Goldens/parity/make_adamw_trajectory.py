"""Trains the tiny GPT-2 of make_parity.py for 50 AdamW steps in PyTorch and writes the losses.

    python make_parity.py && python make_adamw_trajectory.py

Writes adamw_trajectory.json: for each step, counted from one, the loss before the update, the norm
of the gradient before clipping and the learning rate. Nothing random is left for a reader to
repeat: the weights are gpt2/model.safetensors and the tokens come from a recurrence over integers,

    s(0) = 12345,  s(i+1) = (1103515245 s(i) + 12345) mod 2^31,
    token(i) = floor(s(i+1) / 2^16) mod V.

Batch b of BATCHES = 4 holds SEQUENCES = 4 rows of LENGTH + 1 = 17 consecutive tokens, rows one
after another, then the next batch; inputs are the first 16 of a row and targets the last 16.
Step t trains on batch (t - 1) mod 4, so that there is something to remember.

Weight decay applies to matrices, embeddings among them, and not to gains and biases. Gradients are
clipped by their common norm g: times min(1, 1 / (g + 1e-6)). The learning rate rises as
lr t / 10 for ten steps and then follows a cosine from lr to lr / 10 at step 50. Dropout is off.
The losses are those of a float64 run; the float32 run, which must be close, is kept beside them.
"""

import json
import math
import pathlib

import torch
from transformers import GPT2LMHeadModel

HERE = pathlib.Path(__file__).resolve().parent
STEPS, WARMUP, RATE, FLOOR = 50, 10, 3e-3, 0.1
BETAS, EPSILON, DECAY, CLIP = (0.9, 0.95), 1e-8, 0.1, 1.0
BATCHES, SEQUENCES, LENGTH, SEED = 4, 4, 16, 12345


def batches(vocabulary):
    state, tokens = SEED, []
    for _ in range(BATCHES * SEQUENCES * (LENGTH + 1)):
        state = (1103515245 * state + 12345) % 2**31
        tokens.append((state >> 16) % vocabulary)
    return torch.tensor(tokens).view(BATCHES, SEQUENCES, LENGTH + 1)


def rate(step):
    if step <= WARMUP:
        return RATE * step / WARMUP
    progress = (step - WARMUP) / (STEPS - WARMUP)
    return RATE * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))


def train(dtype):
    model = GPT2LMHeadModel.from_pretrained(HERE / "gpt2", attn_implementation="eager").to(dtype)
    data = batches(model.config.vocab_size)
    groups = [
        dict(params=[p for p in model.parameters() if p.dim() >= 2], weight_decay=DECAY),
        dict(params=[p for p in model.parameters() if p.dim() < 2], weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=BETAS, eps=EPSILON)
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        rows = data[(step - 1) % BATCHES]
        logits = model(rows[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), rows[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
        losses.append(loss.item())
    return losses, norms, data


def main():
    torch.set_num_threads(1)
    losses, norms, data = train(torch.float64)
    single, _, _ = train(torch.float32)
    gap = max(abs(a - b) for a, b in zip(losses, single))
    print(f"loss {losses[0]:.4f} to {losses[-1]:.4f}, norm {norms[0]:.2f} to {norms[-1]:.2f}, "
          f"float32 against float64 {gap:.2e}")
    assert gap < 1e-4
    result = dict(
        learningRate=RATE, warmupSteps=WARMUP, finalRateFraction=FLOOR, beta1=BETAS[0],
        beta2=BETAS[1], epsilon=EPSILON, weightDecay=DECAY, clipNorm=CLIP, batchCount=BATCHES,
        sequenceCount=SEQUENCES, sequenceLength=LENGTH, recurrenceSeed=SEED,
        firstTokens=data.flatten()[:8].tolist(), losses=losses, float32Losses=single,
        gradientNorms=norms, learningRates=[rate(step) for step in range(1, STEPS + 1)])
    (HERE / "adamw_trajectory.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
