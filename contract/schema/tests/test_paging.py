import unittest

from schema import paging

from .recorded import page


class Paging(unittest.TestCase):
    def wrong(self, *pages) -> str:
        return "; ".join(text for _, text in paging.complaints(list(pages)))

    def test_a_walk_with_an_empty_page(self):
        walk = [
            page(1, [], following="a"),
            page(2, [1, 2], "a", "b"),
            page(3, [3], "b"),
        ]
        self.assertEqual(self.wrong(*walk), "")
        self.assertEqual(self.wrong(*walk, page(4, [1, 2, 3], size=9)), "")

    def test_pages_that_are_too_large(self):
        self.assertIn("3 rows on a page", self.wrong(page(1, [1, 2, 3])))

    def test_pages_and_tokens_that_repeat(self):
        twice = self.wrong(page(1, [1, 2], following="a"), page(2, [1, 2], "a"))
        self.assertIn("1 is twice in one listing", twice)
        again = self.wrong(page(1, [1, 2], following="a"), page(2, [3], "a", "a"))
        self.assertIn("came twice", again)

    def test_planned_faults_may_repeat_and_empty_pages(self):
        struck = {"fault": True, "fault_answer": "repeat-page"}
        again = page(2, [3], "a", "a")
        again.logged.update(struck)
        self.assertEqual(self.wrong(page(1, [1, 2], following="a"), again), "")

    def test_tokens_of_nobody_and_tokens_to_nowhere(self):
        self.assertIn("never gave out", self.wrong(page(1, [1], "made-up")))
        self.assertIn(
            "nothing follows",
            self.wrong(page(1, [1, 2], following="a"), page(2, [], "a")),
        )

    def test_a_token_to_nowhere_that_nobody_followed(self):
        whole = page(1, [1, 2])
        self.assertIn("nothing follows", self.wrong(whole, page(2, [1, 2], following="a", size=7)))

    def test_page_sizes_that_disagree(self):
        self.assertIn(
            "2 rows by 2 a page",
            self.wrong(page(1, [1, 2, 3], size=9), page(2, [1, 2])),
        )
        self.assertIn("another order", self.wrong(page(1, [1, 2], size=9), page(2, [2, 1])))

    def test_walks_that_share_tokens_are_told_apart_by_their_masks(self):
        bare, full = "nextPageToken", "nextPageToken,users/id"
        first, second = page(1, [], following="a", mask=bare), page(2, [1, 2], following="a", mask=full)
        rest = [page(3, [], "a", mask=bare), page(4, [3], "a", mask=full)]
        self.assertEqual(self.wrong(first, second, *rest, page(5, [1, 2, 3], size=9)), "")

    def test_the_sizes_by_which_a_listing_was_walked(self):
        walked = paging.sizes_walked(
            [
                page(1, [1, 2]),
                page(2, [1, 2], size=9),
                page(3, [1], following="a", size=1),
            ]
        )
        self.assertEqual([*walked["directory.users.list"].values()], [{"2", "9"}])


if __name__ == "__main__":
    unittest.main()
