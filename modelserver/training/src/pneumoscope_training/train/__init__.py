"""From films to the weights of a network: batches, augmentation, the network and the training loop.

It imports `data` only. What a trained network is worth is measured in `judge`.
"""
