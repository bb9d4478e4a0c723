"""Ways by sea from a visibility graph on the coastline's polygons: slow, and independent of grid and kernel.

Nodes are the corners of land that stick out into the sea, edges the straight lines between them that cross no land. The
polygons are simplified by 100 m, which cuts capes: ways come out a little short, so ships that follow them ask more
of a verdict than real ones.
"""

from __future__ import annotations

import heapq

import numpy as np
import shapely

from rubicon.geo.coast import Coast
from rubicon.geo.earth import distance_km

TOLERANCE_DEG = 0.001
INSET_DEG = 1e-5
LEAST_ISLAND_DEG2 = 2e-6


class Shores:
    """Land of a box, its corners, and which of them see each other."""

    def __init__(self, coast: Coast, bbox):
        whole = shapely.get_parts(coast.land(bbox, TOLERANCE_DEG))
        land = shapely.union_all([part for part in whole if part.area >= LEAST_ISLAND_DEG2])
        # A ship may touch the shore: land is taken a metre smaller when lines are tested.
        self.land = land
        self.tested = shapely.buffer(land, -INSET_DEG, join_style="mitre")
        shapely.prepare(self.tested)
        self.frame = bbox
        self.nodes = self._corners()
        self.graph = [[] for _ in self.nodes]
        for i in range(len(self.nodes)):
            for j, km in self.seen(self.nodes[i], self.nodes[i + 1 :]):
                self.graph[i].append((i + 1 + j, km))
                self.graph[i + 1 + j].append((i, km))

    def _corners(self):
        west, south, east, north = self.frame
        found = []
        for part in shapely.get_parts(self.land):
            for outer, ring in ((True, part.exterior), *((False, hole) for hole in part.interiors)):
                xy = np.asarray(ring.coords)[:-1]
                before, after = xy - np.roll(xy, 1, 0), np.roll(xy, -1, 0) - xy
                turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
                out = turn > 0 if ring.is_ccw == outer else turn < 0
                found += xy[out].tolist()
        inner = [p for p in found if west < p[0] < east and south < p[1] < north]
        return np.array(inner)

    def seen(self, place, others):
        """Index and distance in km of those of the places (lon, lat) that a place sees."""
        if not len(others):
            return []
        lines = shapely.linestrings(np.stack([np.broadcast_to(place, np.shape(others)), others], axis=1))
        free = np.flatnonzero(~shapely.intersects(self.tested, lines))
        return [(int(k), distance_km(place[1], place[0], others[k][1], others[k][0])) for k in free]

    def at_sea(self, place):
        """Whether a place (lon, lat) lies off the land."""
        return not shapely.intersects_xy(self.land, *place)

    def nearest_sea(self, lon, lat):
        """The place itself when it lies off the land, else the shore nearest to it."""
        if self.at_sea((lon, lat)):
            return lon, lat
        shore = shapely.shortest_line(shapely.Point(lon, lat), self.land.boundary).coords[1]
        return shore[0], shore[1]

    def from_place(self, place):
        """Ways in km from a place to all nodes (Dijkstra)."""
        best = np.full(len(self.nodes), np.inf)
        heap = [(km, k) for k, km in self.seen(place, self.nodes)]
        heapq.heapify(heap)
        while heap:
            km, k = heapq.heappop(heap)
            if km < best[k]:
                best[k] = km
                for other, more in self.graph[k]:
                    if km + more < best[other]:
                        heapq.heappush(heap, (km + more, other))
        return best

    def ways(self, sources, places):
        """Ways in km from each source to each place (lon, lat), infinite where there is none."""
        from_nodes = np.array([self.from_place(source) for source in sources])
        made = np.full((len(sources), len(places)), np.inf)
        for j, place in enumerate(places):
            for k, km in self.seen(place, self.nodes):
                made[:, j] = np.minimum(made[:, j], from_nodes[:, k] + km)
            for i, km in self.seen(place, np.asarray(sources)):
                made[i, j] = min(made[i, j], km)
        return made
