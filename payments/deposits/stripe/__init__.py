"""Cards through Stripe: paying in, the monthly refill, and what Stripe tells about both."""
