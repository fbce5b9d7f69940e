"""The Overread portal: the site and everything under the readers' feet."""
