"""Near-minimax polynomial coefficients of Sources/CLaneKernels: elementary_functions.h and …_single.h,
descreening_single.h and normal_field_kernels.h.

Chebyshev interpolation in 60 digits (mpmath) on the reduced interval of each function, converted to monomials and
rounded to double; prints the C arrays and the largest relative error of the exact polynomial: doubles, floats, and
doubles to 10⁻¹¹. Run: python3 fit_polynomials.py
"""

import mpmath as mp

mp.mp.dps = 60


def fit(function, low, high, degree):
    """Monomial coefficients, lowest first, of the Chebyshev interpolant of `function` on [low, high]."""
    n = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    matrix = mp.matrix(n, n)
    right = mp.matrix(n, 1)
    for row, x in enumerate(nodes):
        right[row] = function(x)
        for column in range(n):
            matrix[row, column] = x**column
    return list(mp.lu_solve(matrix, right))


def report(name, function, low, high, degree, digits=20, suffix="", scalar="double"):
    if degree is None:
        return
    coefficients = fit(function, mp.mpf(low), mp.mpf(high), degree)
    worst = 0
    for k in range(2001):
        x = mp.mpf(low) + (mp.mpf(high) - mp.mpf(low)) * k / 2000
        exact = function(x)
        value = sum(c * x**p for p, c in enumerate(coefficients))
        worst = max(worst, abs(value / exact - 1))
    print(f"// {name}: degree {degree}, relative error {mp.nstr(worst, 3)}")
    print(f"static const {scalar} {name}[{degree + 1}] = {{")
    print(",\n".join("  " + mp.nstr(c, digits) + suffix for c in coefficients))
    print("};")


def series(numerator, z):
    return numerator(mp.sqrt(z)) / mp.sqrt(z) if z != 0 else mp.mpf(1)


def report_all(degrees, prefix="", **form):
    """`degrees`: of the polynomials of exp, log, atan, sin and cos; None for one that is not wanted."""
    half_ln2 = mp.log(2) / 2 * mp.mpf("1.0001")
    # exp(r) = 1 + r + r² P(r)
    exponential = lambda r: (mp.exp(r) - 1 - r) / r**2 if abs(r) > 1e-20 else mp.mpf("0.5")
    report(prefix + "exp_coefficients", exponential, -half_ln2, half_ln2, degrees[0], **form)
    # log(m) = 2 s + 2 s z P(z), s = (m − 1)/(m + 1), z = s²
    limit = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.0001")
    logarithm = lambda z: (series(mp.atanh, z) - 1) / z if z != 0 else mp.mpf(1) / 3
    report(prefix + "log_coefficients", logarithm, 0, limit, degrees[1], **form)
    # atan(t) = t + t z P(z), z = t², |t| ≤ tan(π/8)
    limit = mp.tan(mp.pi / 8) ** 2 * mp.mpf("1.0001")
    arc_tangent = lambda z: (series(mp.atan, z) - 1) / z if z != 0 else mp.mpf(-1) / 3
    report(prefix + "atan_coefficients", arc_tangent, 0, limit, degrees[2], **form)
    # sin(r) = r + r z P(z); cos(r) = 1 − z/2 + z² P(z), |r| ≤ π/4
    limit = (mp.pi / 4) ** 2 * mp.mpf("1.0001")
    sine = lambda z: (series(mp.sin, z) - 1) / z if z != 0 else mp.mpf(-1) / 6
    report(prefix + "sin_coefficients", sine, 0, limit, degrees[3], **form)
    cosine = lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2 if z != 0 else mp.mpf(1) / 24
    report(prefix + "cos_coefficients", cosine, 0, limit, degrees[4], **form)


report_all((9, 7, 11, 6, 6))
report_all((4, 2, 4, 2, 2), digits=10, suffix="f", scalar="float")
# ½ atanh(2 v) = v + v w P(w), w = v² ≤ 1/8
report(
    "half_atanh_coefficients",
    lambda w: (series(lambda v: mp.atanh(2 * v) / 2, w) - 1) / w if abs(w) > 1e-20 else mp.mpf(4) / 3,
    0, mp.mpf(1) / 8, 7, digits=10, suffix="f", scalar="float")
report_all((None, 3, None, 3, 3), prefix="normal_")
