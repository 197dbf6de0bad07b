r"""A deployment that a caveat forbids has no variable.

$$x_{nujt} = 0 \qquad \text{where a caveat of } n \text{ names } (j \text{ or any task},\ u \text{ or any type},\ o(j) \text{ or any objective})$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |

No constraint: the variable is not created (see `problem.cap`). A blank column of a caveat means any;
all filled columns must match. Source: national caveats as variable fixing; Saideman and Auerswald (2012), International
Studies Quarterly 56(1), describe caveats.

**Toy.** A caveat of B on `patrol` without a unit type keeps all of B's ships from that task, but not from others.
"""
