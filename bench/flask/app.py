"""The page as it is usually written: Flask takes the film, Pillow resizes it, mlflow models serve gives the number.

Only the benchmark uses it.
"""

import os

import numpy as np
import requests
from flask import Flask, render_template_string, request
from PIL import Image

app = Flask(__name__)
MLFLOW = os.environ["MLFLOW_ADDRESS"]
SIDE = int(os.environ["FILM_SIDE"])  # width and height that the model takes
PAGE = """<!doctype html>
<title>Pneumonia</title>
<form method="post" action="/predict" enctype="multipart/form-data">
  <input type="file" name="film"><button>Upload</button>
</form>
{% if probability is not none %}
<p>Probability of pneumonia: <strong>{{ "%.1f" | format(100 * probability) }} %</strong></p>
{% endif %}
"""


@app.get("/")
def home() -> str:
    return render_template_string(PAGE, probability=None)


@app.post("/predict")
def predict() -> str:
    film = Image.open(request.files["film"].stream).convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    inputs = np.asarray(film).reshape(1, SIDE, SIDE, 1).tolist()
    answer = requests.post(MLFLOW + "/invocations", json={"inputs": inputs}, timeout=60)
    answer.raise_for_status()
    probability = float(np.ravel(answer.json()["predictions"])[0])
    return render_template_string(PAGE, probability=probability)
