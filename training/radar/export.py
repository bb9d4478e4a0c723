"""Write a checkpoint as ONNX: probabilities and sides in pixels, any picture whose sides are multiples of 32.

python training/radar/export.py --weights runs/radar/mean.pt --out src/rubicon/detect/models/radar_ships.onnx
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from net import CentreNet
from torch import Tensor, nn
from torch.export import Dim


class Answer(nn.Module):
    """The net with its heat as a probability."""

    def __init__(self, net: CentreNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Picture (1, 1, h, w) -> probability and sides."""
        heat, sides = self.net(picture)
        return torch.sigmoid(heat), sides


def main() -> None:
    """Read, export, report the size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    net = CentreNet().eval()
    net.load_state_dict(torch.load(options.weights, map_location="cpu", weights_only=True))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = Dim("rows", min=1, max=64), Dim("columns", min=1, max=64)
    torch.onnx.export(
        Answer(net).eval(),
        (torch.zeros(1, 1, 256, 320),),
        str(options.out),
        dynamo=True,
        dynamic_shapes={"picture": {2: 32 * rows, 3: 32 * columns}},
        input_names=["picture"],
        output_names=["heat", "sides"],
        external_data=False,
    )
    print(options.out, options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
