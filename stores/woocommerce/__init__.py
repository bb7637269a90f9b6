"""WooCommerce, REST v3 over https, as recorded from versions 8.6 and 10.5: vendors' stores."""
