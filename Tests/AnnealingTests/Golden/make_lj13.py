"""ln Z of Lennard-Jones clusters in a spring, by thermodynamic integration: the value that AnnealingTests compare with.

    python make_lj13.py [nodes] [chains] [samples] [seed]

Along u_s = u_spring + s^4 u_LJ, s in [0, 1], on the mean-free subspace, ln Z(0) = (3N - 3)/2 ln 2 pi is known and
d ln Z/ds = -4 s^3 <u_LJ>_s. With the fourth power the integrand stays finite at s = 0, where <u_LJ> diverges as s^-3.
Gauss-Legendre nodes in s; at each node Hamiltonian Monte Carlo of independent chains, started from the node before. The
standard error is that of the chains' means, which are independent at each node. Two particles, whose ln Z is an
integral over one distance, check script and rule. NumPy 2.4.6, SciPy 1.17.1.
"""

import sys

import numpy as np
from scipy.integrate import quad


class Cluster:
    def __init__(self, particles):
        self.particles = particles
        first, second = np.triu_indices(particles, 1)
        self.differences = np.zeros((particles, first.size))
        self.differences[first, np.arange(first.size)] = 1
        self.differences[second, np.arange(first.size)] = -1

    def evaluate(self, x):
        """u_LJ, its gradient, u_spring; x is [chain][axis][particle], mean-free."""
        d = x @ self.differences
        squared = np.maximum(np.sum(d * d, axis=1), 1e-6)
        sixth = squared**-3
        energy = np.sum(sixth * (sixth - 2), axis=1)
        gradient = (d * (-12 * sixth * (sixth - 1) / squared)[:, None, :]) @ self.differences.T
        return energy, gradient, 0.5 * np.sum(x * x, axis=(1, 2))


def mean_free(x):
    return x - x.mean(axis=2, keepdims=True)


def average(cluster, x, weight, samples, random, step, leapfrog=8):
    """Chains' means of u_LJ, where they end, the tuned step, and the acceptance."""
    burn = samples // 4 + 50
    energy, gradient, spring = cluster.evaluate(x)
    sums = np.zeros(len(x))
    chains = np.arange(len(x))
    accepted = 0.0
    for iteration in range(burn + samples):
        # One particle somewhere near: the way out for chains that the last node left inside the wall of a pair, where
        # trajectories of any useful step are rejected.
        y = x.copy()
        y[chains, :, random.integers(cluster.particles, size=len(x))] += random.normal(0, 0.5, (len(x), 3))
        y = mean_free(y)
        e, g, s = cluster.evaluate(y)
        change = weight * (energy - e) + spring - s
        accept = np.log(random.uniform(size=len(x))) < change
        x = np.where(accept[:, None, None], y, x)
        gradient = np.where(accept[:, None, None], g, gradient)
        energy, spring = np.where(accept, e, energy), np.where(accept, s, spring)

        h = step * random.uniform(0.3, 1.0, (len(x), 1, 1))
        v0 = mean_free(random.standard_normal(x.shape))
        y, v, g = x, v0, gradient
        for _ in range(leapfrog):
            v = v - 0.5 * h * (weight * g + y)
            y = y + h * v
            e, g, s = cluster.evaluate(y)
            v = v - 0.5 * h * (weight * g + y)
        change = weight * (energy - e) + spring - s + 0.5 * np.sum(v0 * v0 - v * v, axis=(1, 2))
        accept = np.log(random.uniform(size=len(x))) < np.nan_to_num(change, nan=-np.inf)
        x = np.where(accept[:, None, None], y, x)
        gradient = np.where(accept[:, None, None], g, gradient)
        energy, spring = np.where(accept, e, energy), np.where(accept, s, spring)
        if iteration < burn:
            step *= np.exp((accept.mean() - 0.7) / (1 + iteration) ** 0.6)
            step = min(step, 0.5)
        else:
            sums += energy
            accepted += accept.mean()
    return sums / samples, mean_free(x), step, accepted / samples


def log_partition_function(particles, nodes, chains, samples, seed):
    random = np.random.default_rng(seed)
    cluster = Cluster(particles)
    abscissas, weights = np.polynomial.legendre.leggauss(nodes)
    x = mean_free(random.standard_normal((chains, 3, particles)))
    value, variance, step = 0.5 * (3 * particles - 3) * np.log(2 * np.pi), 0.0, 0.1
    for abscissa, weight in zip(0.5 * (abscissas + 1), 0.5 * weights):
        means, x, step, acceptance = average(cluster, x, abscissa**4, samples, random, step)
        factor = -4 * abscissa**3 * weight
        value += factor * means.mean()
        variance += factor**2 * means.var(ddof=1) / chains
        print(f"  s = {abscissa:.4f}  -4 s^3 <u_LJ> = {-4 * abscissa**3 * means.mean():9.4f}"
              f"  step {step:.4f}  acceptance {acceptance:.3f}", flush=True)
    return value, np.sqrt(variance)


def exact_pair():
    integral = quad(lambda r: r * r * np.exp(-(r**-12 - 2 * r**-6) - 0.25 * r * r), 0.2, 20, epsabs=0, epsrel=1e-12,
                    limit=500)[0]
    return np.log(2**-1.5 * 4 * np.pi * integral)


if __name__ == "__main__":
    nodes, chains, samples, seed = [int(a) for a in sys.argv[1:5]] if len(sys.argv) > 4 else (20, 500, 500, 1)
    for particles in (2, 13):
        value, error = log_partition_function(particles, nodes, chains, samples, seed)
        exact = f" (by quadrature {exact_pair():.6f})" if particles == 2 else ""
        print(f"{particles} particles: ln Z = {value:.4f} +- {error:.4f}{exact}", flush=True)
