"""Times the work of an iteration in plain PyTorch: multiplicative updates and HALS for dense and sparse data, Kullback-Leibler updates.

Prints a line for each: device, data, algorithm, rank, milliseconds (median), layout of the matrix; tabs between them.
An iteration evaluates the objective too, as the library's does. The matrix file is the one that "Microsoft.ML.Nmf.GpuCheck matrix" writes.
"""
import argparse
import array
import statistics
import sys
import time
import warnings

import torch

EPSILON = 1.1920929e-7
SWEEPS = 3
WARM_UPS = 2
MOST_ITERATIONS = 30
CHUNK = 1 << 20


def read_matrix(path):
    """Rows, columns, and the row starts, columns and values of the entries."""
    with open(path, "rb") as file:
        head = array.array("i")
        head.fromfile(file, 3)
        rows, columns, entries = head
        starts = torch.frombuffer(bytearray(file.read(4 * (rows + 1))), dtype=torch.int32)
        features = torch.frombuffer(bytearray(file.read(4 * entries)), dtype=torch.int32)
        values = torch.frombuffer(bytearray(file.read(4 * entries)), dtype=torch.float32)
    return rows, columns, starts.long(), features.long(), values


class Dense:
    """A dense matrix and products with it."""

    layout = "dense"

    def __init__(self, values):
        self.values = values
        self.shape = tuple(values.shape)
        self.squares = float((values * values).sum())

    def times(self, other):
        return self.values @ other

    def transposed_times(self, other):
        return self.values.t() @ other

    def kl_numerators(self, h, w, for_h):
        ratio = self.values / (h @ w.t()).clamp_min_(EPSILON)
        objective = None if for_h else float((self.values * ratio.log()).sum())
        return (ratio @ w if for_h else ratio.t() @ h), objective


class Sparse:
    """A sparse matrix with its transpose, in compressed rows where this PyTorch multiplies them, otherwise as coordinates."""

    def __init__(self, rows, columns, starts, features, values, device):
        self.shape = (rows, columns)
        self.values = values.to(device)
        self.rows = torch.repeat_interleave(torch.arange(rows), starts[1:] - starts[:-1]).to(device)
        self.columns = features.to(device)
        self.squares = float((values * values).sum())
        # Where each entry of the transpose stands.
        self.order = torch.argsort(self.columns * rows + self.rows)
        self.starts = starts.to(device)
        counts = torch.bincount(self.columns, minlength=columns)
        self.transposed_starts = torch.cat([torch.zeros(1, dtype=torch.int64, device=device), counts.cumsum(0)])
        self.layout = "csr"
        try:
            self.by_row(self.values) @ torch.ones(columns, 2, device=device)
        except RuntimeError:
            self.layout = "coo"
        self.matrix, self.transposed = self.by_row(self.values), self.by_column(self.values)

    def by_row(self, values):
        return self.build(self.starts, self.rows, self.columns, values, self.shape)

    def by_column(self, values):
        return self.build(self.transposed_starts, self.columns[self.order], self.rows[self.order], values[self.order], self.shape[::-1])

    def build(self, starts, rows, columns, values, shape):
        if self.layout == "csr":
            return torch.sparse_csr_tensor(starts, columns, values, shape)
        # Without the flag every product would sort the entries first.
        return torch.sparse_coo_tensor(torch.stack([rows, columns]), values, shape)._coalesced_(True)

    def times(self, other):
        return self.matrix @ other

    def transposed_times(self, other):
        return self.transposed @ other

    def kl_numerators(self, h, w, for_h):
        ratio = torch.empty_like(self.values)
        for first in range(0, len(ratio), CHUNK):
            part = slice(first, first + CHUNK)
            approximation = (h[self.rows[part]] * w[self.columns[part]]).sum(1)
            torch.div(self.values[part], approximation.clamp_min_(EPSILON), out=ratio[part])
        if for_h:
            return self.by_row(ratio) @ w, None
        return self.by_column(ratio) @ h, float((self.values * ratio.log()).sum())


def objective(data, product, w, gram_h, gram_w):
    return float(0.5 * data.squares - (product * w).sum() + 0.5 * (gram_h * gram_w).sum())


def multiplicative(data, h, w):
    """One iteration for the Euclidean distance."""
    gram_h, gram_w, product = h.t() @ h, w.t() @ w, data.transposed_times(h)
    objective(data, product, w, gram_h, gram_w)
    w *= product / (w @ gram_h + EPSILON)
    gram_w = w.t() @ w
    h *= data.times(w) / (h @ gram_w + EPSILON)


def sweep(factor, gram, product):
    """HALS: coordinate after coordinate for all rows at once; a coordinate is one run of memory."""
    values, targets = factor.t().contiguous(), product.t().contiguous()
    diagonal = gram.diagonal().clamp_min(EPSILON)
    for _ in range(SWEEPS):
        for k in range(gram.shape[0]):
            gradient = torch.addmv(targets[k], values.t(), gram[k], alpha=-1)
            values[k].addcdiv_(gradient, diagonal[k]).clamp_min_(0)
    factor.copy_(values.t())


def coordinate_descent(data, h, w):
    """One iteration of HALS, with the sweeps of the library."""
    gram_h, gram_w, product = h.t() @ h, w.t() @ w, data.transposed_times(h)
    objective(data, product, w, gram_h, gram_w)
    sweep(w, gram_h, product)
    sweep(h, w.t() @ w, data.times(w))


def kullback_leibler(data, h, w):
    """One iteration of multiplicative updates for the Kullback-Leibler divergence."""
    numerator, _ = data.kl_numerators(h, w, for_h=False)
    w *= numerator / (h.sum(0) + EPSILON)
    numerator, _ = data.kl_numerators(h, w, for_h=True)
    h *= numerator / (w.sum(0) + EPSILON)


def measure(work, data, rank, device, seconds):
    """The median time of an iteration; the clock waits for the device."""
    torch.manual_seed(1)
    h, w = torch.rand(data.shape[0], rank, device=device), torch.rand(data.shape[1], rank, device=device)
    times, begin = [], time.perf_counter()
    for i in range(WARM_UPS + MOST_ITERATIONS):
        if times and time.perf_counter() - begin > seconds:
            break
        synchronize(device)
        start = time.perf_counter()
        work(data, h, w)
        synchronize(device)
        if i >= WARM_UPS or (i > 0 and time.perf_counter() - begin > seconds):
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def shape_of(text):
    """Rows and columns of "2000x784"."""
    return tuple(map(int, text.split("x")))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matrix", required=True)
    parser.add_argument("--dense", type=shape_of, default=(2000, 2000))
    parser.add_argument("--tall", type=shape_of, default=(10000, 784))
    parser.add_argument("--data", default="dense,tall,sparse")
    parser.add_argument("--ranks", default="20,50,128")
    parser.add_argument("--devices", default="cpu")
    parser.add_argument("--seconds", type=float, default=1)
    arguments = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    # PyTorch warns that compressed rows are in beta.
    warnings.simplefilter("ignore")
    entries = read_matrix(arguments.matrix)
    for device in arguments.devices.split(","):
        for name in arguments.data.split(","):
            data = Sparse(*entries, device) if name == "sparse" else Dense(torch.rand(*getattr(arguments, name), device=device))
            for rank in map(int, arguments.ranks.split(",")):
                for algorithm, work in (("cd", coordinate_descent), ("mu", multiplicative), ("kl", kullback_leibler)):
                    milliseconds = measure(work, data, rank, device, arguments.seconds)
                    print(device, name, algorithm, rank, f"{milliseconds:.4f}", data.layout, sep="\t")
                    sys.stdout.flush()


with torch.no_grad():
    main()
