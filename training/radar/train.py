"""Train the radar ship detector.

    python training/radar/train.py --data ../shared/data/imagery/ssdd --out runs/radar --steps 4000

Needs the extra [training]. One seed gives one result on one machine and thread count. The checkpoint holds the running mean of the weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from net import STRIDE, CentreNet
from PIL import Image
from split import Chip, read_chips, split
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

CROP = 192
HEAT_SPREAD = 0.54 / 6  # of the box's side: TTFNet's alpha over six
SIDE_WEIGHT = 5.0


def crop(chip: Chip, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A turned, mirrored, scaled and relit square of CROP pixels, three in four centred near a ship, with its boxes."""
    scale = float(np.exp(rng.uniform(math.log(0.6), math.log(1.6))))
    side = CROP / scale
    rows, cols = chip.pixels.shape
    if rng.random() < 0.75:
        box = chip.boxes[rng.integers(len(chip.boxes))]
        x0 = (box[0] + box[2]) / 2 - side * rng.uniform(0.1, 0.9)
        y0 = (box[1] + box[3]) / 2 - side * rng.uniform(0.1, 0.9)
    else:
        x0, y0 = (
            rng.uniform(min(0, cols - side), max(0, cols - side)),
            rng.uniform(min(0, rows - side), max(0, rows - side)),
        )
    window = (x0, y0, x0 + side, y0 + side)
    pixels = np.asarray(
        Image.fromarray(chip.pixels).transform(
            (CROP, CROP), Image.Transform.EXTENT, window, Image.Resampling.BILINEAR
        )
    )
    pixels = pixels.astype(np.float32) / 255
    boxes = (chip.boxes - np.array([x0, y0, x0, y0])) * scale
    return turn(relit(pixels, rng), seen(boxes), rng)


def seen(boxes: np.ndarray) -> np.ndarray:
    """Boxes cut at the crop's edge; those with less than 40 % inside are dropped."""
    cut = np.clip(boxes, 0, CROP)
    left = (cut[:, 2] - cut[:, 0]) * (cut[:, 3] - cut[:, 1])
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return cut[(left > 0.4 * whole) & (cut[:, 2] - cut[:, 0] > 3) & (cut[:, 3] - cut[:, 1] > 3)]


def relit(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another gain, gamma and speckle: what another sensor or sea would have shown."""
    if rng.random() < 0.6:
        pixels = np.clip(pixels * np.exp(rng.normal(0, 0.25)), 0, 1) ** np.exp(rng.normal(0, 0.2))
    if rng.random() < 0.3:
        looks = rng.uniform(4, 30)
        pixels = pixels * np.sqrt(rng.gamma(looks, 1 / looks, pixels.shape))
    if rng.random() < 0.2:
        pixels = pixels + rng.exponential(rng.uniform(0, 0.06), pixels.shape)
    return np.clip(pixels, 0, 1).astype(np.float32)


def turn(pixels: np.ndarray, boxes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mirror and transpose at random (the eight turns of a square)."""
    if rng.random() < 0.5:
        pixels, boxes = (
            pixels[:, ::-1],
            np.stack([CROP - boxes[:, 2], boxes[:, 1], CROP - boxes[:, 0], boxes[:, 3]], 1),
        )
    if rng.random() < 0.5:
        pixels, boxes = (
            pixels[::-1],
            np.stack([boxes[:, 0], CROP - boxes[:, 3], boxes[:, 2], CROP - boxes[:, 1]], 1),
        )
    if rng.random() < 0.5:
        pixels, boxes = pixels.T, boxes[:, [1, 0, 3, 2]]
    return np.ascontiguousarray(pixels), boxes


def targets(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heat (h, w), sides (4, h, w) and the weight of each cell's sides, at a quarter of the crop's size."""
    n = CROP // STRIDE
    heat, weight = np.zeros((n, n), np.float32), np.zeros((n, n), np.float32)
    sides = np.ones((4, n, n), np.float32)
    at = (np.arange(n) + 0.5) * STRIDE
    for x0, y0, x1, y1 in sorted(boxes.tolist(), key=lambda b: -(b[2] - b[0]) * (b[3] - b[1])):
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        sx, sy = max((x1 - x0) * HEAT_SPREAD, 0.45 * STRIDE), max((y1 - y0) * HEAT_SPREAD, 0.45 * STRIDE)
        column, row = min(int(cx / STRIDE), n - 1), min(int(cy / STRIDE), n - 1)
        bump = np.exp(
            -((at[None, :] - at[column]) ** 2) / (2 * sx**2) - (at[:, None] - at[row]) ** 2 / (2 * sy**2)
        ).astype(np.float32)
        bump[bump < 1e-4] = 0
        heat = np.maximum(heat, bump)
        inside = (
            (bump > 0.05) & (at[None, :] > x0) & (at[None, :] < x1) & (at[:, None] > y0) & (at[:, None] < y1)
        )
        inside[row, column] = True
        ltrb = np.stack(
            np.broadcast_arrays(at[None, :] - x0, at[:, None] - y0, x1 - at[None, :], y1 - at[:, None])
        )
        sides[:, inside] = np.maximum(ltrb[:, inside], 0.5)
        weight[inside] = bump[inside] / bump[inside].sum()
    return heat, sides, weight


def loss_of(heat_logit: Tensor, sides: Tensor, heat: Tensor, true_sides: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss of the heat plus generalised IoU of the boxes."""
    p = torch.sigmoid(heat_logit[:, 0])
    peak = (heat > 0.999).float()
    bce_one = binary_cross_entropy_with_logits(heat_logit[:, 0], torch.ones_like(p), reduction="none")
    bce_zero = binary_cross_entropy_with_logits(heat_logit[:, 0], torch.zeros_like(p), reduction="none")
    focal = peak * (1 - p) ** 2 * bce_one + (1 - peak) * (1 - heat) ** 4 * p**2 * bce_zero
    ships = peak.sum().clamp(min=1)
    left = torch.minimum(sides, true_sides)
    over = (left[:, 0] + left[:, 2]) * (left[:, 1] + left[:, 3])
    area = (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3])
    true_area = (true_sides[:, 0] + true_sides[:, 2]) * (true_sides[:, 1] + true_sides[:, 3])
    union = area + true_area - over
    hull_sides = torch.maximum(sides, true_sides)
    hull = (hull_sides[:, 0] + hull_sides[:, 2]) * (hull_sides[:, 1] + hull_sides[:, 3])
    giou = over / union - (hull - union) / hull
    return focal.sum() / ships + SIDE_WEIGHT * ((1 - giou) * weight).sum() / weight.sum().clamp(min=1)


def batch(chips: list[Chip], size: int, rng: np.random.Generator) -> list[Tensor]:
    """`size` crops with their targets, stacked."""
    rows = []
    for k in rng.integers(0, len(chips), size):
        pixels, boxes = crop(chips[k], rng)
        rows.append((pixels[None], *targets(boxes)))
    return [torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True)]


def train(options: argparse.Namespace) -> None:
    """The loop: AdamW, warm-up and cosine, running mean of the weights, a checkpoint every 200 steps."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    parts = split(read_chips(options.data))
    chips = [chip for part in options.parts.split(",") for chip in parts[part]]
    print({part: len(rows) for part, rows in parts.items()}, "training on", len(chips), flush=True)
    net = CentreNet().to(memory_format=torch.channels_last)
    if options.start:
        net.load_state_dict(torch.load(options.start, weights_only=True))
    mean = copy.deepcopy(net).eval()
    print(sum(p.numel() for p in net.parameters()), "parameters", flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=0.02)
    options.out.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    smooth = 0.0
    for step in range(options.steps):
        fraction = max(step / options.steps, (time.monotonic() - begin) / (60 * options.minutes))
        if fraction > 1:
            break
        rate = (
            options.rate
            * min(1.0, (step + 1) / 100)
            * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * fraction)))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        pixels, heat, sides, weight = batch(chips, options.batch, rng)
        loss = loss_of(*net(pixels.contiguous(memory_format=torch.channels_last)), heat, sides, weight)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        keep = min(0.998, (step + 1) / (step + 20))
        with torch.no_grad():
            for slow, fast in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
                slow.copy_(slow * keep + fast * (1 - keep) if slow.is_floating_point() else fast)
        smooth = 0.98 * smooth + 0.02 * float(loss.detach())
        if step % 20 == 0:
            print(
                json.dumps(
                    {
                        "step": step,
                        "loss": round(smooth / (1 - 0.98 ** (step + 1)), 3),
                        "s": round(time.monotonic() - begin),
                    }
                ),
                flush=True,
            )
        if step % 200 == 199 or step == options.steps - 1:
            torch.save(mean.state_dict(), options.out / "mean.pt.part")
            (options.out / "mean.pt.part").replace(options.out / "mean.pt")
    torch.save(mean.state_dict(), options.out / "mean.pt")


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", default="train,val")
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from; else random weights")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument(
        "--minutes", type=float, default=600.0, help="the schedule is shortened when the machine is slow"
    )
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
