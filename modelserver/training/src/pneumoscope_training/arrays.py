"""The types of arrays that pass between modules."""

from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]  # [films, FILM_SIZE, FILM_SIZE, 1]
Numbers = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]
Truth = Mask  # True where a film shows pneumonia
Counts = npt.NDArray[np.int64]  # how often each film is drawn, [films] or [draws, films]
