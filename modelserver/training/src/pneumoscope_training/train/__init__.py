"""From films to the weights of a network: batches, augmentation, the network and the training loop.

It imports `data` only. `judge` measures how good a trained network is.
"""
