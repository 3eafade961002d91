"""Writes models.json beside this file: reference values of the model systems, from formulas written out anew with NumPy
and integrals by SciPy. Run: python make_models.py (NumPy and SciPy; no other package)."""
import json
import pathlib

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize

rng = np.random.default_rng(20240607)


def gradient(u, x):
    """Complex-step derivative: exact to rounding for analytic u."""
    g = np.zeros(len(x))
    for i in range(len(x)):
        z = x.astype(complex)
        z[i] += 1e-30j
        g[i] = u(z).imag / 1e-30
    return g


def harmonic(x):
    return 0.5 * np.sum(np.array([1.0, 4.0, 0.25]) * (x - np.array([0.5, -1.0, 2.0])) ** 2)


def double_well(x):
    return x[0] ** 4 / 4 - 3 * x[0] ** 2 + x[0] + np.sum(x[1:] ** 2) / 2


def mueller_brown(x):
    A = [-200, -100, -170, 15]
    a, b, c = [-1, -1, -6.5, 0.7], [0, 0, 11, 0.6], [-10, -10, -6.5, 0.7]
    X, Y = [1, 0, -0.5, -1], [0, 0.5, 1.5, 1]
    return 0.1 * sum(
        A[k] * np.exp(a[k] * (x[0] - X[k]) ** 2 + b[k] * (x[0] - X[k]) * (x[1] - Y[k]) + c[k] * (x[1] - Y[k]) ** 2)
        for k in range(4))


def many_well(x):
    return np.sum(x[0::2] ** 4 - 6 * x[0::2] ** 2 - x[0::2] / 2 + x[1::2] ** 2 / 2)


raw = np.random.RandomState(0)._bit_generator.random_raw(80)
MEANS = ((raw & 0xFFFFFF).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)) * np.float32(2) * np.float32(40)
MEANS = MEANS.astype(float).reshape(40, 2)
SIGMA = np.log1p(np.e)


def mixture(x):
    e = -np.sum((x - MEANS) ** 2, axis=1) / (2 * SIGMA**2)
    m = e.real.max()
    return -(m + np.log(np.sum(np.exp(e - m))) - np.log(40) - np.log(2 * np.pi * SIGMA**2))


def distances(x, d):
    p = x.reshape(-1, d)
    i, j = np.triu_indices(len(p), 1)
    return np.sqrt(np.sum((p[i] - p[j]) ** 2, axis=1))


def dw4(x):
    r = distances(x, 2) - 4
    return np.sum(-4 * r**2 + 0.9 * r**4)


def lennard_jones(x, depth=1.0, spring=1.0):
    p = x.reshape(-1, 3)
    s = distances(x, 3) ** -6
    return depth * np.sum(s * s - 2 * s) + spring * np.sum((p - p.mean(axis=0)) ** 2) / 2


def icosahedral(shells):
    """Mackay icosahedron: 13 or 55 particles, nearest neighbours near 1."""
    g = (1 + 5**0.5) / 2
    corners = np.array([p for s in (1, -1) for t in (1, -1) for p in ((0, s, t * g), (s, t * g, 0), (t * g, 0, s))]) / 2
    points = [np.zeros(3)] + list(corners)
    if shells == 2:
        points += list(2 * corners)
        points += [corners[i] + corners[j] for i in range(12) for j in range(i)
                   if abs(np.linalg.norm(corners[i] - corners[j]) - 1) < 1e-6]
    return np.array(points).ravel() * 0.97


def relaxed(u, x):
    return minimize(lambda y: u(y), x, jac=lambda y: gradient(u, y), method="L-BFGS-B",
                    options=dict(maxiter=5000, ftol=1e-16, gtol=1e-10)).x


def spread(n, d, scale, least):
    """n points in d dimensions, at least `least` apart."""
    points = []
    while len(points) < n:
        p = rng.normal(size=d) * scale
        if all(np.linalg.norm(p - q) > least for q in points):
            points.append(p)
    return np.array(points).ravel()


def dw4_log_partition_function():
    """ln of the integral over the mean-free subspace. Particles 1 and 2 at distance r; particles 3 and 4 on a grid, their
    mutual interaction a convolution: all trapezoidal sums of smooth functions that vanish at the ends."""
    def v(r):
        return -4 * (r - 4) ** 2 + 0.9 * (r - 4) ** 4

    previous = None
    for n in (256, 384):
        half = 14.0
        h = 2 * half / n
        grid = -half + h * np.arange(n)
        X, Y = np.meshgrid(grid, grid, indexing="ij")
        # distances up to 9.5 count and the two grid points lie within 9.5 of both fixed ones: no wrap-around matters
        kernel = np.exp(-v(np.hypot(X, Y)))
        transform = np.fft.fft2(np.fft.ifftshift(kernel))
        radii = np.arange(0.02, 9.5, 0.02 if n == 256 else 0.0125)
        total = 0.0
        for r in radii:
            g = np.exp(-v(np.hypot(X - r / 2, Y)) - v(np.hypot(X + r / 2, Y)))
            total += 2 * np.pi * r * np.exp(-v(r)) * np.sum(g * np.fft.ifft2(np.fft.fft2(g) * transform).real) * h**4
        value = np.log(total * (radii[1] - radii[0])) - np.log(4.0)
        if previous is not None:
            assert abs(value - previous) < 1e-9, (value, previous)
        previous = value
    return float(previous)


def boltzmann(u, lo, hi, points=()):
    f = lambda p: quad(lambda x: x**p * np.exp(-u(x)), lo, hi, epsabs=0, epsrel=1e-12, limit=500, points=points)[0]
    z = f(0)
    mean = f(1) / z
    return dict(log=float(np.log(z)), mean=float(mean), variance=float(f(2) / z - mean**2))


def case(u, points, **known):
    points = [np.asarray(p, float) for p in points]
    return dict(points=[p.tolist() for p in points], energies=[float(u(p)) for p in points],
                forces=[(-gradient(u, p)).tolist() for p in points], **known)


def main():
    wells = {}
    w = lambda x: x**4 / 4 - 3 * x**2 + x
    left = quad(lambda x: np.exp(-w(x)), -9, 0, epsabs=0, epsrel=1e-12, points=[-2.5])[0]
    right = quad(lambda x: np.exp(-w(x)), 0, 9, epsabs=0, epsrel=1e-12, points=[2.4])[0]
    wells["double_well"] = dict(boltzmann(w, -9, 9, [-2.5, 2.4]), difference=float(-np.log(right / left)))
    wells["many_well"] = boltzmann(lambda x: x**4 - 6 * x**2 - x / 2, -6, 6, [-1.7, 1.75])

    # Müller–Brown: a nested adaptive integral, unlike the Swift side's trapezoidal sum.
    def inner(x, p):
        return quad(lambda y: y**p * np.exp(-mueller_brown(np.array([x, y])) - 14.7), -3, 4.5, epsabs=1e-14,
                    epsrel=1e-11, limit=400, points=[0.0, 0.5, 1.5])[0]
    outer = lambda f: quad(f, -3.5, 3, epsabs=1e-13, epsrel=1e-10, limit=400, points=[-0.6, 0.0, 0.6])[0]
    z, x1, y1 = outer(lambda x: inner(x, 0)), outer(lambda x: x * inner(x, 0)), outer(lambda x: inner(x, 1))
    lj2 = quad(lambda r: 4 * np.pi * r**2 * np.exp(-(r**-12 - 2 * r**-6) - r**2 / 4), 0.3, 30, epsabs=0,
               epsrel=1e-12, points=[1.0], limit=500)[0]

    lj13, lj55 = icosahedral(1), icosahedral(2)
    free = lambda x: lennard_jones(x, spring=0.0)
    normal = lambda n, s: rng.normal(size=n) * s
    result = dict(
        harmonic_oscillator=case(harmonic, [normal(3, 2) for _ in range(4)],
                                 log_partition_function=float(0.5 * np.sum(np.log(2 * np.pi / np.array([1, 4, .25]))))),
        double_well=case(double_well, [normal(3, 2) for _ in range(4)],
                         log_partition_function=wells["double_well"]["log"] + float(np.log(2 * np.pi))),
        mueller_brown=case(mueller_brown, [rng.uniform([-1.5, -0.5], [1.2, 2.0]) for _ in range(6)],
                           log_partition_function=float(np.log(z) + 14.7),
                           means=[float(x1 / z), float(y1 / z)]),
        many_well=case(many_well, [normal(32, 1.5) for _ in range(3)],
                       log_partition_function=float(16 * (wells["many_well"]["log"] + 0.5 * np.log(2 * np.pi)))),
        gaussian_mixture=case(mixture, [rng.uniform(-45, 45, 2) for _ in range(6)], log_partition_function=0.0,
                              component_means=MEANS.tolist()),
        pair_double_well=case(dw4, [spread(4, 2, 2.5, 1.0) for _ in range(4)],
                              log_partition_function=dw4_log_partition_function()),
        lj13=case(lennard_jones, [relaxed(lennard_jones, lj13)] + [spread(13, 3, 1.2, 0.75) for _ in range(3)]),
        lj55=case(lennard_jones, [lj55, spread(55, 3, 1.8, 0.75)]),
        lj13_counted_twice=case(lambda x: lennard_jones(x, depth=2.0), [spread(13, 3, 1.2, 0.75) for _ in range(2)]),
        lj2=dict(log_partition_function=float(np.log(lj2) - 1.5 * np.log(2))),
        # The famous minima: Wales & Doye 1997, doi:10.1021/jp970984n, give -44.326801 and -279.248470.
        lj13_without_spring=case(free, [relaxed(free, lj13)]),
        lj55_without_spring=case(free, [relaxed(free, lj55)]),
        wells=wells)
    path = pathlib.Path(__file__).with_name("models.json")
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(result["pair_double_well"]["log_partition_function"], result["lj13_without_spring"]["energies"],
          result["lj55_without_spring"]["energies"], result["lj13"]["energies"], result["mueller_brown"])


if __name__ == "__main__":
    main()
