"""Page of somebody with a personal link."""
