"""Quantiles of annual growth by statsforecast's models, for an environment of its own.

`PYTHON benchmarks/scum.py ASKED.json TOLD.json` imports nothing of this project, because
statsforecast needs pandas 2 (`pip install "statsforecast>=2.1,<3" "pandas<3"`). Each question has
`levels`, `offset` and `weights`; growth is 100 x (offset + levels ahead x weights - 1) per cent.
"""

import json
import sys
import warnings

import numpy as np
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

N_PATHS, LEVELS = 1000, (np.arange(200) + 0.5) / 200


def answer(question: dict) -> dict[str, list[float]]:
    """Return 200 quantiles a model; a model that fails is left out."""
    levels, weights = np.array(question["levels"]), np.array(question["weights"])
    models = {
        "ets": AutoETS(season_length=12),
        "theta": DynamicOptimizedTheta(season_length=12),
        "ces": AutoCES(season_length=12),
        "arima": AutoARIMA(season_length=12, approximation=True),
    }
    found = {}
    for name, model in models.items():
        try:
            paths = model.fit(levels).simulate(weights.size, N_PATHS, seed=1)
        except Exception as error:  # whatever an automatic search stumbles over
            print(f"  {name}: {error}", file=sys.stderr)
            continue
        growth = 100 * (question["offset"] + np.asarray(paths).reshape(N_PATHS, -1) @ weights - 1)
        if np.isfinite(growth).any():
            found[name] = np.nanquantile(growth, LEVELS).tolist()
    return found


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    with open(sys.argv[1]) as asked:
        answers = [answer(question) for question in json.load(asked)]
    with open(sys.argv[2], "w") as told:
        json.dump(answers, told)
