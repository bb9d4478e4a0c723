"""The centre net: one heat of ship centres and four distances to the sides, both at a quarter of the picture's size.

Zhou, Wang, Krähenbühl, "Objects as Points", 2019; sides learned on a patch round the centre as in Liu and others, "Training-Time-Friendly
Network for Real-Time Object Detection", AAAI 2020. About half a million parameters, from scratch, one channel in.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 4
SIDE_UNIT_PX = 16.0


class Step(nn.Sequential):
    """Convolution, batch norm, SiLU."""

    def __init__(self, inside: int, outside: int, size: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outside),
            nn.SiLU(inplace=True),
        )


class Split(nn.Module):
    """Half of the channels go through residual pairs, all are joined at the end (cross-stage partial)."""

    def __init__(self, channels: int, pairs: int) -> None:
        super().__init__()
        half = channels // 2
        self.enter = Step(channels, channels, 1)
        self.pairs = nn.ModuleList(nn.Sequential(Step(half, half), Step(half, half)) for _ in range(pairs))
        self.leave = Step(half * (2 + pairs), channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out."""
        parts = list(self.enter(x).chunk(2, 1))
        for pair in self.pairs:
            parts.append(parts[-1] + pair(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class Context(nn.Module):
    """Pools of growing reach side by side, so that a hull is seen with its pier."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.enter = Step(channels, channels // 2, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.leave = Step(channels * 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out."""
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class CentreNet(nn.Module):
    """Picture (n, 1, h, w) in 0 to 1, sides multiples of 32 -> heat logits (n, 1, h/4, w/4) and sides (n, 4, h/4, w/4) in pixels."""

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 96, 128), neck: int = 32) -> None:
        super().__init__()
        a, b, c, d = widths
        self.down4 = nn.Sequential(Step(1, a, 7, 4), Split(a, 1))
        self.down8 = nn.Sequential(Step(a, b, 3, 2), Split(b, 2))
        self.down16 = nn.Sequential(Step(b, c, 3, 2), Split(c, 2))
        self.down32 = nn.Sequential(Step(c, d, 3, 2), Split(d, 1), Context(d))
        self.from32, self.join16 = Step(d, 64, 1), nn.Sequential(Step(c + 64, 64, 1), Split(64, 1))
        self.from16, self.join8 = Step(64, 48, 1), nn.Sequential(Step(b + 48, 48, 1), Split(48, 1))
        self.from8, self.join4 = Step(48, neck, 1), Step(a + neck, neck, 1)
        self.head, self.heat, self.sides = Step(neck, neck), nn.Conv2d(neck, 1, 1), nn.Conv2d(neck, 4, 1)
        self.up = nn.Upsample(scale_factor=2.0, mode="nearest")
        nn.init.constant_(self.heat.bias, -4.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Heat logits and sides (left, top, right, bottom of the cell's centre)."""
        x4 = self.down4(x)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        x32 = self.down32(x16)
        y16 = self.join16(torch.cat([x16, self.up(self.from32(x32))], 1))
        y8 = self.join8(torch.cat([x8, self.up(self.from16(y16))], 1))
        y4 = self.head(self.join4(torch.cat([x4, self.up(self.from8(y8))], 1)))
        return self.heat(y4), torch.exp(self.sides(y4).clamp(-6, 4)) * SIDE_UNIT_PX
