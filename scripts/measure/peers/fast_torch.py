"""The network and the schedule of `cnn train --recipe fast` in PyTorch: Adam with beta_1 0.7 and beta_2 0.99, one cycle up to
0.007, the batches and the epochs that it is told. Scores on the test images at the end."""

import time

import torch
from torch import nn

import mnist
import report


def model():
    layers = nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    for layer in layers:
        if hasattr(layer, "weight"):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return layers


def images(folder, split):
    pixels, labels, n = mnist.read(folder, split)
    x = torch.frombuffer(pixels, dtype=torch.uint8).reshape(n, 1, 28, 28)
    return x.to(torch.float, memory_format=torch.channels_last) / 255, torch.frombuffer(labels, dtype=torch.uint8).long()


def train(options):
    start = time.perf_counter()
    x, y = images(options.data, "train")
    network = model().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), betas=(0.7, 0.99), eps=1e-7)
    steps = options.epochs * (-(len(y) // -options.batch_size))
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.007, steps, cycle_momentum=False)
    cross_entropy = nn.CrossEntropyLoss()
    epochs_s = []
    for _ in range(options.epochs):
        epoch = time.perf_counter()
        loss_sum = torch.zeros(())
        for rows in torch.randperm(len(y)).split(options.batch_size):
            loss = cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            cycle.step()
            loss_sum += loss.detach() * len(rows)
        loss = loss_sum.item() / len(y)
        epochs_s.append(time.perf_counter() - epoch)
    with torch.inference_mode():
        x, y = images(options.data, "t10k")
        accuracy = (network(x).argmax(1) == y).float().mean().item()
    report.write(f"PyTorch {torch.__version__}", epochs_s, loss, accuracy,
                 seconds=time.perf_counter() - start)


if __name__ == "__main__":
    asked = report.options()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    train(asked)
