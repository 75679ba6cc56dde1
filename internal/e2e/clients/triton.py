"""Sends films to a server with Triton's own client and prints the answers as JSON.

Arguments: HOST:PORT, the model's name, and a file of films of 224x224 bytes, one after the other.
"""

import json
import sys

import numpy as np
import tritonclient.http as triton


def main() -> None:
    address, model, file = sys.argv[1:]
    films = np.fromfile(file, np.uint8).reshape(-1, 224, 224, 1)
    client = triton.InferenceServerClient(address)
    metadata = client.get_model_metadata(model)
    name, output = metadata["inputs"][0]["name"], metadata["outputs"][0]["name"]

    def films_as(binary: bool) -> triton.InferInput:
        tensor = triton.InferInput(name, films.shape, "UINT8")
        return tensor.set_data_from_numpy(films, binary_data=binary)

    forms = {"numbers": False, "bytes": True}

    def probabilities(sent: bool, received: bool) -> list[float]:
        outputs = [triton.InferRequestedOutput(output, binary_data=received)]
        answer = client.infer(model, [films_as(sent)], outputs=outputs, request_id="42")
        if answer.get_response()["id"] != "42":
            raise ValueError("the answer belongs to another request")
        return answer.as_numpy(output)[:, 0].tolist()

    explained = client.infer(
        model,
        [films_as(True)],
        model_version=metadata["versions"][0],
        parameters={"signature_name": "explain"},
        request_compression_algorithm="gzip",
    )
    try:
        client.infer("nobody", [films_as(True)])
        refusal = None
    except triton.InferenceServerException as error:
        refusal = [error.status(), error.message()]
    answers = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready() and client.is_model_ready(model),
        "extensions": client.get_server_metadata()["extensions"],
        "metadata": metadata,
        "probabilities": {
            f"{sent} in, {received} out": probabilities(forms[sent], forms[received])
            for sent in forms
            for received in forms
        },
        "explained": explained.as_numpy("probability")[:, 0].tolist(),
        "map": explained.as_numpy("activation_map").shape,
        "refusal": refusal,
    }
    json.dump(answers, sys.stdout)


main()
