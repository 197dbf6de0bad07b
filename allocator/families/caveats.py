r"""What a nation will not do has no variable.

$$x_{nujt} = 0 \qquad \text{where a caveat of } n \text{ names } (j \text{ or any task},\ u \text{ or any type},\ o(j) \text{ or any objective})$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |

No constraint: the variable is not created (see `problem.cap`). The blank columns of a caveat stand for any; all that are
filled must fit. Source: national caveats as variable fixing; Saideman and Auerswald (2012), International Studies
Quarterly 56(1), on what they are.

**Toy.** A caveat of B on `patrol` without a unit type keeps all of B's ships from that task, none from others.
"""
