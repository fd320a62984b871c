"""What nanoGPT (A. Karpathy) does on a CPU, written plainly: its loader of batches, and its baby GPT's recipe.

4 layers, 4 heads, 128 wide, context 64, batch 12, 2,000 iterations; AdamW at 1e-3 falling to 1e-4 on a cosine after 100
steps of warm-up, betas 0.9 and 0.99, weight decay 0.1, clipping at 1, no dropout, no biases, tied weights.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HEADS, WIDTH, BLOCK, BATCH, ITERATIONS = 4, 4, 128, 64, 12, 2000
LR, MIN_LR, WARMUP, DECAY = 1e-3, 1e-4, 100, 0.1


def get_batch(path: Path, batch: int, block: int) -> tuple[Tensor, Tensor]:
    """Return (inputs, targets) from a file of uint16 ids: mapped anew, cut, converted and stacked window by window."""
    data = np.memmap(path, dtype=np.uint16, mode="r")
    starts = torch.randint(len(data) - block, (batch,))
    inputs = torch.stack([torch.from_numpy(data[i : i + block].astype(np.int64)) for i in starts])
    targets = torch.stack([torch.from_numpy(data[i + 1 : i + 1 + block].astype(np.int64)) for i in starts])
    return inputs, targets


class Block(nn.Module):
    """Attention and a wider layer, each after a norm and beside a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
        self.qkv, self.mixed = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        rows, times, _ = x.shape
        heads = self.qkv(self.norms[0](x)).view(rows, times, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.mixed(attended.transpose(1, 2).reshape(rows, times, WIDTH))
        return x + self.narrow(functional.gelu(self.wide(self.norms[1](x))))


class BabyGPT(nn.Module):
    """The transformer of the recipe; forward(ids) gives logits, shape (batch, time, vocabulary)."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab_size, WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(WIDTH, bias=False), nn.Linear(WIDTH, vocab_size, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                last = name.endswith(("mixed.weight", "narrow.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * LAYERS) if last else 0.02)
        self.head.weight = self.tokens.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.norm(self.blocks(self.tokens(ids) + self.places.weight[: ids.shape[1]])))


def train(path: Path, vocab_size: int, iterations: int = ITERATIONS) -> tuple[BabyGPT, float]:
    """Return the trained model and the seconds that it took, evaluations left out."""
    torch.manual_seed(1337)
    model = BabyGPT(vocab_size)
    decayed = [weight for weight in model.parameters() if weight.dim() > 1]
    rest = [weight for weight in model.parameters() if weight.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, LR, betas=(0.9, 0.99))
    started = time.perf_counter()
    for step in range(iterations):
        fall = 0.5 * (1 + math.cos(math.pi * max(0, step - WARMUP) / (iterations - WARMUP)))
        for group in optimizer.param_groups:
            group["lr"] = LR * (step + 1) / (WARMUP + 1) if step < WARMUP else MIN_LR + fall * (LR - MIN_LR)
        inputs, targets = get_batch(path, BATCH, BLOCK)
        loss = functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model, time.perf_counter() - started


@torch.inference_mode()
def whole_split(model: BabyGPT, ids: Tensor) -> float:
    """Return the nats per token over all of `ids` but the first, in windows of the context's length side by side."""
    model.eval()
    total = 0.0
    for first in range(0, len(ids) - 1, 256 * BLOCK):
        inputs = ids[first : min(len(ids) - 1, first + 256 * BLOCK)]
        targets = ids[first + 1 : first + 1 + len(inputs)]
        full = len(inputs) // BLOCK * BLOCK
        for rows, wanted in ((inputs[:full].view(-1, BLOCK), targets[:full]), (inputs[full:][None], targets[full:])):
            if wanted.numel():
                total += functional.cross_entropy(model(rows).flatten(0, 1), wanted, reduction="sum").item()
    return total / (len(ids) - 1)
