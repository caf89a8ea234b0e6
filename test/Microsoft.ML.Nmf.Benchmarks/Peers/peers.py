"""scikit-learn for the command "peers": answers the requests that it reads, one a line, fields apart by tabs; an answer begins with "=".

about                                               what runs: versions, and the BLAS of numpy
fit MATRIX RANK BETA SOLVER ITERATIONS START        seconds, seconds of the processors, the objective after it
iteration MATRIX RANK BETA ITERATIONS START         seconds of an iteration by multiplicative updates
mirrored MATRIX RANK BETA ITERATIONS START          the objective after multiplicative updates of the templates first, as this library makes them
transform MATRIX TEMPLATES BETA UPDATES RESULT      seconds on one thread; UPDATES is "default" or the number of multiplicative updates
excess MATRIX TEMPLATES BETA ACTIVATIONS...         for each: its objective, and by what share it and its worst row are above the best of all
objective MATRIX TEMPLATES BETA ACTIVATIONS         the objective
versions                                            of scikit-learn and gensim
minibatch MATRIX RANK BETA PASSES BATCH SEED SETTINGS RESULT    seconds of MiniBatchNMF, whose templates are written to RESULT
gensim MATRIX RANK BETA PASSES BATCH SEED SETTINGS RESULT       seconds of gensim's Nmf, likewise; β is 2

START is nndsvd or nndsvda, which are made once and take no part in the seconds, or TEMPLATES,ACTIVATIONS. Matrices are files in the format of MatrixFile.cs and
DenseFile.cs. Everything is float32, and every objective is summed in double. SETTINGS are named arguments as a JSON object.
"""
import json
import sys
import time
import warnings

import numpy as np
import scipy
import scipy.sparse as sparse
import sklearn
from sklearn.decomposition import NMF, non_negative_factorization
from sklearn.decomposition._nmf import _initialize_nmf
from threadpoolctl import threadpool_info, threadpool_limits

BLOCK = 256
LOSS = {2.0: "frobenius", 1.0: "kullback-leibler", 0.0: "itakura-saito"}
matrices = {}
starts = {}


def read(path):
    """A matrix, kept for the next request."""
    if path not in matrices:
        content = np.fromfile(path, np.uint8)
        rows, columns, entries = content[:12].view(np.int32)
        if entries < 0:
            matrices[path] = content[12:].view(np.float32).reshape(rows, columns)
        else:
            numbers = content[12:12 + 4 * (rows + 1 + entries)].view(np.int32)
            values = content[12 + 4 * (rows + 1 + entries):].view(np.float32)
            matrices[path] = sparse.csr_matrix((values, numbers[rows + 1:], numbers[:rows + 1]), shape=(rows, columns))
    return matrices[path]


def read_factor(path):
    """A factor, which another request may have written anew."""
    content = np.fromfile(path, np.float32)
    rows, columns, _ = content[:3].view(np.int32)
    return content[3:].reshape(rows, columns)


def write_factor(path, factor):
    with open(path, "wb") as file:
        np.array([*factor.shape, -1], np.int32).tofile(file)
        np.ascontiguousarray(factor, np.float32).tofile(file)


def start(path, rank, kind):
    """H and Wᵀ in the words of this library, which scikit-learn calls W and H."""
    if "," in kind:
        templates, activations = kind.split(",")
        return read_factor(activations).copy(), np.ascontiguousarray(read_factor(templates).T)
    key = path, rank, kind
    if key not in starts:
        starts[key] = [factor.astype(np.float32) for factor in _initialize_nmf(read(path), rank, init=kind, random_state=0)]
    activations, templates = starts[key]
    return activations.copy(), templates.copy()


def factorize(path, rank, beta, solver, iterations, kind):
    activations, templates = start(path, rank, kind)
    data = read(path)
    begin, processor = time.perf_counter(), time.process_time()
    activations, templates, _ = non_negative_factorization(
        data, activations, templates, rank, init="custom", update_H=True, solver=solver, beta_loss=LOSS.get(beta, beta), tol=0, max_iter=iterations)
    return time.perf_counter() - begin, time.process_time() - processor, activations, templates


def divergence(x, y, beta):
    """The divergence of each row, all entries given."""
    y = np.maximum(y, np.finfo(np.float64).tiny)
    if beta == 2:
        return 0.5 * ((x - y) ** 2).sum(axis=1)
    if beta == 1:
        return (x * np.log(np.where(x > 0, x, 1) / np.where(x > 0, y, 1)) - x + y).sum(axis=1)
    return ((x**beta + (beta - 1) * y**beta - beta * x * y ** (beta - 1)) / (beta * (beta - 1))).sum(axis=1)


def objectives(data, activations, templates, beta):
    """The divergence of each row, in double; templates is a row a component. A sparse matrix is never made dense for β 2 and 1."""
    activations, templates = activations.astype(np.float64), templates.astype(np.float64)
    rows = np.empty(data.shape[0])
    gram, sums = templates @ templates.T, templates.sum(axis=1)
    # A row of X̂ of the spectrogram is long.
    block = max(1, min(BLOCK, (1 << 22) // data.shape[1]))
    for first in range(0, len(rows), block):
        some = slice(first, first + block)
        h, x = activations[some], data[some]
        if not sparse.issparse(x) or beta not in (1, 2):
            x = (x.toarray() if sparse.issparse(x) else x).astype(np.float64)
            rows[some] = divergence(x, h @ templates, beta)
            continue
        x = x.astype(np.float64)
        if beta == 2:
            rows[some] = 0.5 * np.asarray(x.multiply(x).sum(axis=1)).ravel() - ((x @ templates.T) * h).sum(axis=1) + 0.5 * ((h @ gram) * h).sum(axis=1)
            continue
        y = h @ templates
        of_entry = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
        terms = x.data * np.log(x.data / np.maximum(y[of_entry, x.indices], np.finfo(np.float64).tiny)) - x.data
        rows[some] = np.bincount(of_entry, terms, x.shape[0]) + h @ sums
    return rows


def about():
    used = [library for library in threadpool_info() if library["user_api"] == "blas"]
    names = ", ".join(f"{b['internal_api']} {b['version']} ({b.get('architecture', '?')}, {b['num_threads']} threads)" for b in used)
    return f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}", names or "reference"


def fit(path, rank, beta, solver, iterations, kind):
    seconds, processor, activations, templates = factorize(path, int(rank), float(beta), solver, int(iterations), kind)
    return seconds, processor, objectives(read(path), activations, templates, float(beta)).sum()


def iteration(path, rank, beta, iterations, kind):
    # What is done once a fit is taken away by the difference of two.
    few = 2
    once, *_ = factorize(path, int(rank), float(beta), "mu", few, kind)
    seconds, *_ = factorize(path, int(rank), float(beta), "mu", int(iterations), kind)
    return ((seconds - once) / (int(iterations) - few),)


def mirrored(path, rank, beta, iterations, kind):
    rank, beta = int(rank), float(beta)
    activations, templates = start(path, rank, kind)
    templates, activations, _ = non_negative_factorization(
        np.ascontiguousarray(read(path).T), np.ascontiguousarray(templates.T), np.ascontiguousarray(activations.T), rank, init="custom", update_H=True,
        solver="mu", beta_loss=LOSS.get(beta, beta), tol=0, max_iter=int(iterations))
    return (objectives(read(path), activations.T, templates.T, beta).sum(),)


def transform(path, templates, beta, updates, result):
    components = np.ascontiguousarray(read_factor(templates).T)
    rank, beta = len(components), float(beta)
    options = {} if updates == "default" else {"max_iter": int(updates), "tol": 0}
    model = NMF(rank, solver="cd" if beta == 2 else "mu", beta_loss=LOSS.get(beta, beta), **options)
    model.components_ = components
    model.n_components_, model.n_features_in_ = components.shape
    with threadpool_limits(1):
        begin = time.perf_counter()
        activations = model.transform(read(path))
        seconds = time.perf_counter() - begin
    write_factor(result, activations)
    return (seconds,)


def excess(path, templates, beta, *activations):
    components = read_factor(templates).T
    each = [objectives(read(path), read_factor(other), components, float(beta)) for other in activations]
    best = np.minimum.reduce(each)
    answer = []
    for rows in each:
        answer += [rows.sum(), rows.sum() / best.sum() - 1, (rows / np.maximum(best, np.finfo(np.float64).tiny))[best > 0].max() - 1]
    return answer


def objective(path, templates, beta, activations):
    return (objectives(read(path), read_factor(activations), read_factor(templates).T, float(beta)).sum(),)


def versions():
    from gensim import __version__
    return f"scikit-learn {sklearn.__version__}, gensim {__version__}",


def minibatch(path, rank, beta, passes, batch, seed, settings, result):
    from sklearn.decomposition import MiniBatchNMF
    beta = float(beta)
    model = MiniBatchNMF(int(rank), batch_size=int(batch), max_iter=int(passes), beta_loss=LOSS.get(beta, beta), tol=0, max_no_improvement=None,
                         random_state=int(seed), **json.loads(settings))
    data = read(path)
    begin = time.perf_counter()
    model.fit(data)
    seconds = time.perf_counter() - begin
    write_factor(result, model.components_.T)
    return (seconds,)


def gensim(path, rank, beta, passes, batch, seed, settings, result):
    from gensim.models.nmf import Nmf
    # What gensim is quickest with: columns are texts, and it cuts its batches from them.
    key = path, "by columns"
    if key not in matrices:
        matrices[key] = sparse.csc_matrix(read(path).T)
    texts = matrices[key]
    names = {word: str(word) for word in range(texts.shape[0])}
    begin = time.perf_counter()
    model = Nmf(texts, num_topics=int(rank), id2word=names, chunksize=int(batch), passes=int(passes), eval_every=None, normalize=False, random_state=int(seed),
                **json.loads(settings))
    seconds = time.perf_counter() - begin
    write_factor(result, model.get_topics().T)
    return (seconds,)


warnings.simplefilter("ignore")
REQUESTS = {work.__name__: work for work in (about, fit, iteration, mirrored, transform, excess, objective, versions, minibatch, gensim)}
for line in sys.stdin:
    name, *fields = line.rstrip("\n").split("\t")
    print("=", *REQUESTS[name](*fields), sep="\t", flush=True)
