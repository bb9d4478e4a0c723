"""Slow plain-Python twins of the kernels of the water grid."""

from __future__ import annotations

import heapq
import math

SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


def march(water, step_north, step_east, sources):
    """Fast marching as published: a heap, and no value changed once its cell was accepted.

    `water` is a list of rows, steps are per row, `sources` maps (row, column) to a distance.
    """
    ny, nx = len(water), len(water[0])
    best = dict(sources)
    accepted = {}
    heap = [(value, cell) for cell, value in best.items()]
    heapq.heapify(heap)
    while heap:
        value, (r, c) = heapq.heappop(heap)
        if (r, c) in accepted:
            continue
        accepted[r, c] = value
        for dr, dc in SIDES:
            n = (r + dr, c + dc)
            if not (0 <= n[0] < ny and 0 <= n[1] < nx) or not water[n[0]][n[1]] or n in accepted:
                continue
            found = _upwind(accepted, n, step_north[n[0]], step_east[n[0]])
            if found < best.get(n, math.inf):
                best[n] = found
                heapq.heappush(heap, (found, n))
    return [[accepted.get((r, c), math.inf) for c in range(nx)] for r in range(ny)]


def _upwind(known, cell, north, east):
    r, c = cell
    a = min(known.get((r - 1, c), math.inf), known.get((r + 1, c), math.inf))
    b = min(known.get((r, c - 1), math.inf), known.get((r, c + 1), math.inf))
    if a + north <= b:
        return a + north
    if b + east <= a:
        return b + east
    # (t - a)^2 / north^2 + (t - b)^2 / east^2 = 1, solved by its textbook formula.
    p = 1 / north**2 + 1 / east**2
    q = -2 * (a / north**2 + b / east**2)
    s = a * a / north**2 + b * b / east**2 - 1
    return (-q + math.sqrt(max(0.0, q * q - 4 * p * s))) / (2 * p)


def dijkstra(water, step_north, step_east, source):
    """Shortest way along the sides of cells: never shorter than fast marching."""
    best, heap = {source: 0.0}, [(0.0, source)]
    while heap:
        value, (r, c) = heapq.heappop(heap)
        if value > best[r, c]:
            continue
        for dr, dc in SIDES:
            n = (r + dr, c + dc)
            if 0 <= n[0] < len(water) and 0 <= n[1] < len(water[0]) and water[n[0]][n[1]]:
                found = value + (step_north[n[0]] if dr else step_east[n[0]])
                if found < best.get(n, math.inf):
                    best[n] = found
                    heapq.heappush(heap, (found, n))
    return best


def inside(rings, x, y):
    """Even-odd rule for one point: a ray to the left, each edge owning its lower end."""
    crossed = False
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            if min(y0, y1) <= y < max(y0, y1) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
                crossed = not crossed
    return crossed


def parts(mask):
    """Sets of cells that hang together by sides."""
    left = {(r, c) for r, row in enumerate(mask) for c, value in enumerate(row) if value}
    found = []
    while left:
        stack, part = [left.pop()], set()
        while stack:
            r, c = stack.pop()
            part.add((r, c))
            for dr, dc in SIDES:
                if (r + dr, c + dc) in left:
                    left.remove((r + dr, c + dc))
                    stack.append((r + dr, c + dc))
        found.append(part)
    return found
