import DefaultTheme from 'vitepress/theme';
import './contrast.css';
import './search.css';
import './width.css';

export default DefaultTheme;
