"""A loss: cross entropy, with a margin for the true class."""

from evenvoice.imbalance import BaseLoss


class Margin(BaseLoss):
    """Cross entropy of logits from which a margin is taken off at the true class.

    Args:
        class_counts: Rows of each class.
        n_epochs: How many epochs the training lasts.
        margin: What is taken off.
    """

    def __init__(self, class_counts, n_epochs: int = 1, *, margin: float = 0.5) -> None:
        super().__init__(class_counts, n_epochs)
        self.margin = margin

    def rows(self, logits, targets, epoch):
        """Return the loss of each row."""
        return -(targets * (logits - self.margin * targets).log_softmax(dim=1)).sum(dim=1)
