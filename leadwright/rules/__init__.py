"""What rules are: tables that people edit, what their cells may hold, and what is wrong with them."""
