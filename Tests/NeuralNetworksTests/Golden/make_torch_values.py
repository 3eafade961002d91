"""Writes ../TorchGoldenValues.swift: networks, splines and AdamW as PyTorch and nflows compute them, in double precision.

    .venv-torch/bin/python Tests/NeuralNetworksTests/Golden/make_torch_values.py

Parameters and inputs are number i = a sin(1.7 i + phase) on both sides, in the order in which our layers make their
parameters (Linear: weight row by row, then bias; LayerNorm: gain, then bias).
"""

import math
import pathlib

import torch
from nflows.transforms.splines import unconstrained_rational_quadratic_spline

torch.set_default_dtype(torch.float64)


def numbers(count, scale, phase):
    return torch.tensor([scale * math.sin(1.7 * i + phase) for i in range(count)])


class Parameters:
    """Takes matrices from one array, as a ParameterStore holds them."""

    def __init__(self, values):
        self.values, self.taken = values, 0

    def take(self, *shape):
        count = math.prod(shape)
        part = self.values[self.taken:self.taken + count].reshape(shape)
        self.taken += count
        return part


def linear(p, inputs, outputs):
    weight, bias = p.take(outputs, inputs), p.take(outputs)
    return lambda x: torch.nn.functional.linear(x, weight, bias)


def layer_norm(p, features):
    gain, bias = p.take(features), p.take(features)
    return lambda x: torch.nn.functional.layer_norm(x, (features,), gain, bias, eps=1e-5)


def perceptron(p, widths):
    layers = [linear(p, a, b) for a, b in zip(widths, widths[1:])]

    def apply(x):
        x = layers[0](x)
        for layer in layers[1:]:
            x = layer(torch.nn.functional.silu(x))
        return x

    return apply


def transformer(p, width, heads, layers):
    blocks = [
        (layer_norm(p, width), linear(p, width, 3 * width), linear(p, width, width), layer_norm(p, width),
         perceptron(p, [width, 4 * width, width]))
        for _ in range(layers)]
    last = layer_norm(p, width)

    def apply(x):  # [samples][tokens][width]
        for norm, project, output, second, network in blocks:
            q, k, v = project(norm(x)).chunk(3, dim=-1)
            split = lambda t: t.reshape(*t.shape[:2], heads, width // heads).transpose(1, 2)
            attended = torch.nn.functional.scaled_dot_product_attention(split(q), split(k), split(v), is_causal=True)
            x = x + output(attended.transpose(1, 2).reshape(x.shape))
            x = x + network(second(x))
        return last(x)

    return apply


def case(build, count, inputs, to_input, from_output):
    """Output, gradient of Σ wᵢ yᵢ with respect to the input, and its product with numbers(…) over the parameters."""
    values = numbers(count, 0.4, 0.3).requires_grad_()
    x = numbers(inputs, 1.0, 0.9).requires_grad_()
    parameters = Parameters(values)
    network = build(parameters)
    assert parameters.taken == count, f"{parameters.taken} parameters, expected {count}"
    y = from_output(network(to_input(x)))
    (y.flatten() @ numbers(y.numel(), 1.0, 2.1)).backward()
    return y.flatten().tolist(), x.grad.tolist(), float(values.grad @ numbers(count, 1.0, 4.0))


def swift(values):
    lines, line = [], "     "
    for value in values:
        text = f" {value!r},"
        if len(line) + len(text) > 118:
            lines.append(line)
            line = "     "
        line += text
    return "[\n" + "\n".join(lines + [line]) + "\n    ]"


def main():
    columns = 5
    matrix = lambda rows: ((lambda x: x.reshape(rows, columns).T), (lambda y: y.T))
    cases = []
    to, back = matrix(3)
    cases.append(("perceptron", case(lambda p: perceptron(p, [3, 6, 4]), 3 * 6 + 6 + 6 * 4 + 4, 15, to, back)))
    to, back = matrix(4)
    cases.append(("layerNorm", case(lambda p: layer_norm(p, 4), 8, 20, to, back)))
    width, heads, layers, tokens, samples = 8, 2, 2, 4, 3
    block = 2 * width + 3 * width * (width + 1) + width * (width + 1) + 2 * width + 4 * width * (width + 1) + width * (4 * width + 1)
    cases.append((
        "transformer",
        case(
            lambda p: transformer(p, width, heads, layers), layers * block + 2 * width, width * tokens * samples,
            # Rows are features, columns tokens × samples with the samples of a token side by side.
            lambda x: x.reshape(width, tokens, samples).permute(2, 1, 0),
            lambda y: y.permute(2, 1, 0))))

    out = ["/// Written by Golden/make_torch_values.py.", "enum TorchGoldenValues {",
           "  struct Network: Sendable {", "    let output: [Double]", "    let inputGradient: [Double]",
           "    /// Σ of the parameters' gradient times sin(1.7 i + 4).", "    let parameterProduct: Double", "  }", ""]
    for name, (output, gradient, product) in cases:
        out.append(f"  static let {name} = Network(\n    output: {swift(output)},\n    inputGradient: {swift(gradient)},"
                   f"\n    parameterProduct: {product!r})\n")

    bins, points = 5, 9
    x = torch.linspace(-4.2, 4.6, points)
    widths, heights, slopes = (numbers(bins, 1.5, 0.2), numbers(bins, 1.2, 1.1), numbers(bins - 1, 1.3, 2.0))
    expand = lambda t: t.expand(points, -1)
    floors = {"min_bin_width": 1e-3, "min_bin_height": 1e-3, "min_derivative": 1e-3}
    for name, inverse in (("splineForward", False), ("splineInverse", True)):
        y, log_slope = unconstrained_rational_quadratic_spline(
            x, expand(widths), expand(heights), expand(slopes), inverse=inverse, tails="linear", tail_bound=3.5, **floors)
        out.append(f"  static let {name} = (\n    values: {swift(y.tolist())},\n    logSlopes: {swift(log_slope.tolist())}"
                   "\n  )\n")

    theta = numbers(12, 1.0, 0.4).requires_grad_()
    optimizer = torch.optim.AdamW([theta], lr=0.02, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    for step in range(6):
        theta.grad = numbers(12, 1.0 + step, 0.5 * step)
        optimizer.step()
    out.append(f"  /// After six steps of rate 0.02 and decay 0.1 from sin(1.7 i + 0.4); gradient s is (1 + s) sin(1.7 i + s/2)."
               f"\n  static let adamW: [Double] = {swift(theta.tolist())}")
    out.append("}")
    target = pathlib.Path(__file__).resolve().parents[1] / "TorchGoldenValues.swift"
    target.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
