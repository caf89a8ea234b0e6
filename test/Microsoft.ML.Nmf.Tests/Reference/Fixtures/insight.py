#!/usr/bin/python3
"""Writes insight.json beside it: what topics tell, computed by gensim 4.2, scipy 1.10 and plain loops, apart from the library.

Debian has both programs: apt-get install python3-gensim python3-scipy; then run /usr/bin/python3 insight.py.
"""
import json
import math
import os

import numpy as np
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from gensim.topic_coherence import direct_confirmation_measure, probability_estimation, segmentation
from scipy.optimize import linear_sum_assignment, nnls
from scipy.spatial.distance import cosine

random = np.random.default_rng(5)
WORDS = [f"w{j}" for j in range(12)]


def templates(rows, columns):
    """Multiples of 1/64, which float32 holds exactly, with zeros."""
    values = np.round(64 * random.random((rows, columns)) ** 3) / 64
    values[random.random((rows, columns)) < 0.3] = 0
    return values


V = templates(12, 4)
activation_sums = np.array([40.0, 25.5, 12.25, 3.0])
phi = V / V.sum(axis=0)
prevalence = activation_sums * V.sum(axis=0)
prevalence /= prevalence.sum()
p = phi @ prevalence


def relevance(word, topic, weight):
    return weight * math.log(phi[word, topic]) + (1 - weight) * math.log(phi[word, topic] / p[word])


def top(topic, weight, count):
    present = [w for w in range(12) if V[w, topic] > 0]
    return sorted(present, key=lambda w: (-relevance(w, topic, weight), w))[:count]


ranked = []
for weight in (0.0, 0.3, 0.6, 1.0):
    for topic in range(4):
        words = top(topic, weight, 5)
        ranked.append({"lambda": weight, "topic": topic, "words": words, "values": [relevance(w, topic, weight) for w in words]})

heaviest = [sorted((w for w in range(12) if V[w, k] > 0), key=lambda w: (-V[w, k], w))[:5] for k in range(4)]
exclusivity = [float(np.mean([phi[w, k] / phi[w].sum() for w in heaviest[k]])) for k in range(4)]
different = len(set(w for words in heaviest for w in words)) / sum(len(words) for words in heaviest)
hoyer = [float((math.sqrt(12) - np.linalg.norm(V[:, k], 1) / np.linalg.norm(V[:, k])) / (math.sqrt(12) - 1)) for k in range(4)]
similarity = [[1 - cosine(V[:, k], V[:, l]) for l in range(4)] for k in range(4)]

# Another model, over words of which some are those of the first, in another order.
other_words = ["w7", "x0", "w2", "w11", "w0", "x1", "w5", "w9", "w3"]
W = templates(9, 6)
union = WORDS + ["x0", "x1"]
left = np.zeros((len(union), 4))
left[:12] = V
right = np.zeros((len(union), 6))
for j, word in enumerate(other_words):
    right[union.index(word)] = W[j]
cross = np.array([[1 - cosine(left[:, k], right[:, l]) for l in range(6)] for k in range(4)])
rows, columns = linear_sum_assignment(cross, maximize=True)

assignments = []
for shape in ((1, 1), (1, 7), (7, 1), (5, 5), (4, 9), (9, 4), (40, 40), (33, 60)):
    values = random.random(shape)
    r, c = linear_sum_assignment(values, maximize=True)
    of = [-1] * shape[0]
    for i, j in zip(r, c):
        of[int(i)] = int(j)
    assignments.append({"values": values.tolist(), "columns": of})

# Rows of counts as reference corpus: some words are in every row, some pairs never together.
X = random.poisson(0.35 + 1.1 * (random.dirichlet([0.2] * 4, 70) @ phi.T) * 6).astype(float)
X[:, 0] = 0
X[::2, 1] = 0
X[1::2, 2] = 0
X[:, 3] = 1
texts = [[WORDS[j] for j in range(12) if X[i, j] > 0] for i in range(70)]
dictionary = Dictionary([[word] for word in WORDS])
corpus = [dictionary.doc2bow(text) for text in texts]
# Word 0 is in no row, for which gensim's NPMI has no value.
coherent = [[w for w in words if w != 0] for words in heaviest]
as_words = [[WORDS[w] for w in words] for words in coherent]
umass = CoherenceModel(topics=as_words, corpus=corpus, dictionary=dictionary, coherence="u_mass", topn=5, processes=1)
ids = [np.array([dictionary.token2id[word] for word in words]) for words in as_words]
pairs = segmentation.s_one_one(ids)
counted = probability_estimation.p_boolean_document(corpus, pairs)
npmi = direct_confirmation_measure.log_ratio_measure(pairs, counted, normalize=True)

# Exact non-negative least squares for each row.
H = np.array([nnls(V, x)[0] for x in X])
amounts = H * V.sum(axis=0)
groups = [["red", "green", "blue"][int(g)] for g in random.integers(0, 3, 70)]


def share(those):
    total = amounts[those].sum(axis=0)
    return (total / total.sum()).tolist()


residual = [float(np.linalg.norm(x - V @ h) / np.linalg.norm(x)) for x, h in zip(X, H)]
explained = amounts / amounts.sum(axis=1, keepdims=True) * (1 - np.array(residual))[:, None]
fixture = {
    "about": "written by insight.py",
    "templates": V.tolist(), "words": WORDS, "activation_sums": activation_sums.tolist(),
    "prevalence": prevalence.tolist(), "relevance": ranked,
    "similarity": similarity, "sparsity": hoyer, "words_per_topic": 5, "diversity": different, "exclusivity": exclusivity,
    "other_templates": W.tolist(), "other_words": other_words, "cross_similarity": cross.tolist(),
    "matches": [[int(k), int(l)] for k, l in zip(rows, columns)], "mean_similarity": float(cross[rows, columns].mean()),
    "assignments": assignments,
    "rows": X.tolist(), "coherent_words": coherent,
    "u_mass": [float(v) for v in umass.get_coherence_per_topic()], "npmi": [float(v) for v in npmi],
    "groups": groups, "view_prevalence": share(slice(None)),
    "group_shares": {name: share([i for i in range(70) if groups[i] == name]) for name in ("red", "green", "blue")},
    "residual": residual, "examples": [np.argsort(-explained[:, k], kind="stable")[:3].tolist() for k in range(4)],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "insight.json"), "w", encoding="utf-8") as file:
    json.dump(fixture, file)
    file.write("\n")
print("coherence", fixture["u_mass"], fixture["npmi"])
print("heaviest", heaviest, "mean residual", float(np.mean(residual)), fixture["examples"])
print("matches", fixture["matches"], fixture["mean_similarity"], "diversity", different, exclusivity, hoyer)
