"""MATRIX RANK ITERATIONS SEED: prints the seconds of scikit-learn's coordinate descent, from an NNDSVD start, and the error it ends with."""
import sys
import time
import warnings

import numpy as np
import scipy.sparse as sparse
from sklearn.decomposition import NMF
from sklearn.decomposition._nmf import _initialize_nmf

content = open(sys.argv[1], "rb").read()
rank, iterations, seed = (int(argument) for argument in sys.argv[2:5])
rows, columns, entries = np.frombuffer(content, np.int32, 3)
starts = np.frombuffer(content, np.int32, rows + 1, 12)
indices = np.frombuffer(content, np.int32, entries, 12 + 4 * (rows + 1))
values = np.frombuffer(content, np.float32, entries, 12 + 4 * (rows + 1 + entries))
data = sparse.csr_matrix((values, indices, starts), shape=(rows, columns))
W, H = _initialize_nmf(data, rank, init="nndsvd", random_state=seed)
model = NMF(rank, init="custom", solver="cd", max_iter=iterations, tol=0)
warnings.simplefilter("ignore")
begin = time.perf_counter()
model.fit_transform(data, W=W.astype(np.float32), H=H.astype(np.float32))
print(time.perf_counter() - begin, model.reconstruction_err_)
