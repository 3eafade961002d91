"""The numbers of Tests/EstimatorsTests/LinearCongruence.swift, bit for bit."""


class LinearCongruence:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-53

    def bell(self):
        return self.uniform() + self.uniform() + self.uniform() + self.uniform() - 2

    def uniforms(self, count):
        return [self.uniform() for _ in range(count)]

    def bells(self, count):
        return [self.bell() for _ in range(count)]
